"""Taste: what is known of music (tags, genres, decades), and what a member's plays and ratings say of the member."""
