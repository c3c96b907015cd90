"""The uses of taste."""
