"""The library: tracks that members make, playlists, and the memory of tracks."""
