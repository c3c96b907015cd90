"""Pictures: frozen values become image bytes; nothing here asks the database or the world."""
