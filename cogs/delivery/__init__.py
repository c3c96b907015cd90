"""Performs on Discord what the services recorded: one errand, one repeatable operation, settled with Discord's ids."""

from cogs.delivery.loop import Delivery, setup

__all__ = ["Delivery", "setup"]
