"""Plays, their counters, and what is read of them."""
