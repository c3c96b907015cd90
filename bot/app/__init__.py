"""The composition root: what a process of Longplay is made of, and how it starts and stops."""

from bot.app.home import DatabaseHome
from bot.app.life import App, NoToken, earliest, explain
from bot.providers.sources import WORLD

__all__ = ["WORLD", "App", "DatabaseHome", "NoToken", "earliest", "explain"]
