"""Reading linked accounts: when each is due, what of its history is covered, and pages that are not plays yet."""
