"""A port that is listened on, whatever is served there."""

from __future__ import annotations

from aiohttp import web


class Port:
    """Serves one application on one port, from `open` to `close`."""

    def __init__(self, host: str, number: int, *, stop_seconds: float) -> None:
        self.host = host
        self.number = number
        """The one that was asked for; 0 for any that is free, and which that is once it was opened."""
        self._stop_seconds = stop_seconds
        self._runner: web.AppRunner | None = None

    async def open(self, application: web.Application) -> None:
        """Listen; raises `OSError` where the port is taken or the host is none of this machine."""
        # The library's own log of requests would hold their addresses.
        runner = web.AppRunner(application, access_log=None, handle_signals=False, shutdown_timeout=self._stop_seconds)
        await runner.setup()
        try:
            await web.TCPSite(runner, self.host, self.number).start()
        except BaseException:
            await runner.cleanup()
            raise
        self._runner = runner
        self.number = int(runner.addresses[0][1])

    async def close(self) -> None:
        """Finish the answers that are under way, and listen no more."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
