"""What answers the club's buttons, selects and forms; importing this package registers them all."""

from cogs.club.parts import album, ballot, demo, guide, hosts, member, nomination, party, rating

__all__ = ["album", "ballot", "demo", "guide", "hosts", "member", "nomination", "party", "rating"]
