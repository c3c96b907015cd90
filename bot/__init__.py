"""Longplay: a Discord bot that runs a listening club."""

import os
import time

# One thread for sums over matrices: with several, each waits for the others in a loop that leaves nobody a processor.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

BEGUN = time.monotonic()
"""Seconds of the monotonic clock when this process first came here, before anything heavy was imported."""
