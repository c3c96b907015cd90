"""Queries about clubs and their weeks; each builds frozen values from selected columns."""
