"""What is asked of taste: facts of music, sums, profiles."""
