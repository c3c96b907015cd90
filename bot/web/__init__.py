"""Our own small pages: where members go on to a service's page, and come back from it."""

from bot.web.app import WebServer, serves_pages

__all__ = ["WebServer", "serves_pages"]
