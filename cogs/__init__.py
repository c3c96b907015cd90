"""Discord faces: commands, buttons and forms in, cards and replies out."""
