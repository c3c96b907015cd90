"""Seasons in which everything goes wrong that can, by a seed, and the auditor who looks what is left of them."""
