"""Listening: plays taken in once, accounts read on time, and what the club sees of it."""
