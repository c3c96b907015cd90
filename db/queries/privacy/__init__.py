"""What is kept of a person: where it stands, what it is, and how it goes."""
