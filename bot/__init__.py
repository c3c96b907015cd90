"""Longplay: a Discord bot that runs a listening club."""
