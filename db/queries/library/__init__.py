"""Members' tracks, their versions and files: asked and written."""
