"""The world outside: each service asked in its own way, all with the same manners."""
