"""Pages that the bot itself serves."""
