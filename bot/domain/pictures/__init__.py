"""Pictures worth sharing: what each shows as plain values, and the same said in words; drawing is `bot.pictures`."""
