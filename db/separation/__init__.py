"""Runs the separation of posts and tracks on an old database: forward, back, tried, counted. `migrations.posts` is what
it runs.
"""

from __future__ import annotations
