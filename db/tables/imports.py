"""Files of listening history that members handed over, and what became of them."""
