"""Uses of the library: files come in, tracks are shared, changed, hidden and deleted; playlists; memory."""
