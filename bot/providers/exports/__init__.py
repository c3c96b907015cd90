"""Files of listening history, as services and programs export them."""
