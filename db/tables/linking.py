"""Linking accounts: who began where, so that whoever comes back from a service is the same person."""
