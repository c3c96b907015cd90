"""Longplay: a Discord bot that runs a listening club."""

import time

BEGUN = time.monotonic()
"""Seconds of the monotonic clock when this process first came here, before anything heavy was imported."""
