"""What the club sees: one pure function per card, from a value to a message body within Discord's limits."""
