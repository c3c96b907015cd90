"""The composition root: what a process of Longplay is made of, and how it starts and stops.

Little is imported here: what `longplay run` needs before anything else has begun. The rest is `bot.app.life`.
"""

from bot.app.beginning import begin
from bot.app.home import DatabaseHome

__all__ = ["DatabaseHome", "begin"]
