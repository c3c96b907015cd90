"""`python -m bot` and the `longplay` script."""

from __future__ import annotations

from bot.cli import app


def main() -> None:
    """Run the command line."""
    app(prog_name="longplay")


if __name__ == "__main__":
    main()
