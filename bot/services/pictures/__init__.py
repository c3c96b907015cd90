"""Pictures of what members hear and of what the club made of it: what they show, and the covers they need."""
