"""Which addresses of the web may be asked: http and https to public machines, nothing on ours or beside it.

A name is judged by what it resolves to, at the moment of connecting, so that one which changes its mind between the
check and the connection (rebinding) leads nowhere either.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Collection
from typing import TYPE_CHECKING

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from yarl import URL

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv6Address

PORTS = {None, 80, 443}
NAT64 = ipaddress.ip_network("64:ff9b::/96")
"""Addresses in which the last four bytes are an IPv4 address."""


class AddressRefused(Exception):  # noqa: N818 - what it is
    """An address that may not be asked; the text says why, without the address's path and query."""


class NowherePublic(OSError):  # noqa: N818 - what it is
    """A name that resolves to no public address."""


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet, also where it wraps an IPv4 address."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return all(each.is_global and not each.is_multicast for each in (ip, *_wrapped(ip)))


def is_loopback(address: str) -> bool:
    """Whether an IP address is this machine's own loopback."""
    try:
        return ipaddress.ip_address(address.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _wrapped(ip: IPv4Address | IPv6Address) -> list[IPv4Address]:
    """The IPv4 addresses inside an IPv6 one."""
    if isinstance(ip, ipaddress.IPv4Address):
        return []
    found = [each for each in (ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ())) if each is not None]
    if ip in NAT64:
        found.append(ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF))
    return found


def check_address(url: str, hosts: Collection[str] | None = None, *, loopback: bool = False) -> URL:
    """An address that may be asked, as it will be asked; raises `AddressRefused`.

    What is judged is what the HTTP library made of it, so that no spelling of a host means one thing here and another
    there. With `loopback` nothing but this machine's loopback addresses, given as numbers, may be asked, at any port.
    """
    if "\\" in url or any(ord(char) <= 32 or ord(char) == 127 for char in url):
        raise AddressRefused("it has odd characters")
    try:
        address = URL(url, encoded=url.isascii())
        host, port = (address.raw_host or "").rstrip(".").lower(), address.explicit_port
    except ValueError:
        raise AddressRefused("it is no address") from None
    if address.scheme not in ("http", "https") or not host:
        raise AddressRefused(f"{address.scheme or 'no scheme'} is no way to ask")
    if address.raw_user is not None or address.raw_password is not None or "@" in address.raw_authority:
        raise AddressRefused(f"{host}: it has a user name")
    if loopback:
        if not is_loopback(host):
            raise AddressRefused(f"{host} is not on this machine, and a rehearsal stays there")
        return address
    if port not in PORTS:
        raise AddressRefused(f"{host}: port {port}")
    if _is_number(host) and not is_public(host):
        raise AddressRefused(f"{host} is no public address")
    if hosts is not None and not any(_covers(allowed, host) for allowed in hosts):
        raise AddressRefused(f"{host} is not among the hosts that may be asked")
    return address


def _covers(allowed: str, host: str) -> bool:
    return host == allowed.lstrip(".") or (allowed.startswith(".") and host.endswith(allowed))


def _is_number(host: str) -> bool:
    """Whether a host is an IP address in any of the spellings that machines read (`127.1`, `0x7f000001` too)."""
    if ":" in host:
        return True
    try:
        socket.inet_aton(host)
    except OSError:
        return False
    return True


class PublicResolver(AbstractResolver):
    """Resolves names and drops every address that is not public."""

    def __init__(self, inner: AbstractResolver | None = None) -> None:
        self._inner = inner or ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The public addresses of a name; raises `NowherePublic` when it has none."""
        found = [each for each in await self._inner.resolve(host, port, family) if is_public(each["host"])]
        if not found:
            raise NowherePublic(f"{host} has no public address")
        return found

    async def close(self) -> None:
        """Close the inner resolver."""
        await self._inner.close()
