"""Whether a host may be tested: this machine and private networks at once, others only when named.

Names are resolved once and the address is kept, so that a name cannot lead elsewhere after the question.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import urlsplit

from rescind.drill.errors import ConsentNeeded, PlanError

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolver: TypeAlias = Callable[[str, int], list[str]]

_OWN = [
    ipaddress.ip_network(text)
    for text in ("127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One base of the target with the address it is asked at."""

    base: str
    secure: bool  # https
    host: str
    port: int
    address: str
    prefix: str  # path of the base, without the last slash
    others: bool  # not loopback and not private: keep to the rate, stop on the first 429

    @property
    def authority(self) -> str:
        """The value of the Host header."""
        usual = 443 if self.secure else 80
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == usual else f"{host}:{self.port}"

    @property
    def loopback(self) -> bool:
        """True when the address is this machine."""
        return _plain(self.address).is_loopback


def endpoints(
    bases: Sequence[str], allow: Collection[str] = (), resolver: Resolver | None = None
) -> tuple[Endpoint, ...]:
    """The bases with their addresses.

    Raises PlanError for a base that is not an http(s) address or does not resolve, ConsentNeeded when a host
    is neither loopback nor private (RFC 1918, RFC 4193) and `allow` does not name it.
    """
    return tuple(_endpoint(base, allow, resolver or system_resolver) for base in bases)


def system_resolver(host: str, port: int) -> list[str]:
    """The addresses of a name. localhost and *.localhost are loopback by definition (RFC 6761)."""
    if host == "localhost" or host.endswith(".localhost"):
        return ["127.0.0.1"]
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


def _endpoint(base: str, allow: Collection[str], resolver: Resolver) -> Endpoint:
    try:
        parts = urlsplit(base)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise PlanError(f"target.bases: {base!r}: {error}") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise PlanError(f'target.bases: {base!r} is not an address like "http://127.0.0.1:8000"')
    if parts.username or parts.password or parts.query or parts.fragment:
        raise PlanError("target.bases: only scheme, host, port and path; no user, query or fragment")
    try:
        addresses = resolver(parts.hostname, port)
    except OSError as error:
        raise PlanError(f"target.bases: {parts.hostname} cannot be resolved ({error})") from None
    others = not all(_own(address) for address in addresses)
    if others and parts.hostname not in allow:
        raise ConsentNeeded(
            f"{parts.hostname} ({addresses[0]}) is neither this machine nor a private address, and a drill"
            f" loads what others may own. If you may test it, add --i-may-test {parts.hostname}"
        )
    return Endpoint(
        base=base,
        secure=parts.scheme == "https",
        host=parts.hostname,
        port=port,
        address=addresses[0],
        prefix=parts.path.rstrip("/"),
        others=others,
    )


def _plain(address: str) -> Address:
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is not None:
        return parsed.ipv4_mapped
    return parsed


def _own(address: str) -> bool:
    plain = _plain(address)
    return any(plain in network for network in _OWN)
