"""The bot as a process of its own that is killed at any step, and the week that must come out the same all the same."""
