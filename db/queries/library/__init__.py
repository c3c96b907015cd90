"""Queries of the library: members' tracks, their versions and files, how tracks are found, and their memory."""
