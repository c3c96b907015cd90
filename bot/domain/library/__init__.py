"""Tracks that members make: their files, who may hear them, and what a file has to be."""
