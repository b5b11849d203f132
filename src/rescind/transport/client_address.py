"""Who sent the request, behind proxies that were declared; by default the peer and nothing else (asks M4).

Each proxy appends the peer it saw to ``X-Forwarded-For``. So the list is walked from the right while the
hops are ours; the first other address is the client. What stands left of it was written by the client.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from rescind.errors import ConfigurationError
from rescind.transport.message import RequestFacts

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

MAX_HOPS = 32
"""Most entries of ``X-Forwarded-For`` that are looked at, from the right."""


@dataclass(frozen=True, slots=True)
class TrustedProxies:
    """The proxies in front of the application.

    Attributes:
        networks: their addresses.
        unix: true if a peer without an address (a UNIX socket) is one of them.
    """

    networks: tuple[Network, ...] = ()
    unix: bool = False

    @classmethod
    def of(cls, proxies: Iterable[str]) -> TrustedProxies:
        """Read a setting: addresses, networks such as ``10.0.0.0/8``, and ``unix``.

        Raises:
            ConfigurationError: an entry that is none of these.
        """
        if isinstance(proxies, str):
            raise ConfigurationError(f"trusted_proxies is a list; use [{proxies!r}]")
        networks: list[Network] = []
        unix = False
        for entry in proxies:
            if entry == "unix":
                unix = True
                continue
            try:
                networks.append(ip_network(entry))
            except ValueError as error:
                raise ConfigurationError(
                    f"trusted_proxies: {entry!r} is no address, no network and not 'unix' ({error})"
                ) from None
        return cls(tuple(networks), unix)

    def trusts(self, address: Address) -> bool:
        """True if the address is one of the declared proxies."""
        return any(address in network for network in self.networks)


def behind_proxies(facts: RequestFacts, proxies: TrustedProxies) -> RequestFacts:
    """The same request as the outermost declared proxy saw it: its client, scheme and host.

    Without a declared proxy as the peer, forwarded headers are the client's words and change nothing.
    """
    peer = _address(facts.client) if facts.client is not None else None
    if not (proxies.unix if facts.client is None else peer is not None and proxies.trusts(peer)):
        return facts
    client, hops = _walk(facts.client, facts.all(b"x-forwarded-for"), proxies)
    scheme = _hop(facts.all(b"x-forwarded-proto"), hops)
    host = _hop(facts.all(b"x-forwarded-host"), hops)
    return replace(
        facts,
        client=client,
        scheme=scheme if scheme in {"http", "https"} else facts.scheme,
        host=host or facts.host,
    )


def _walk(peer: str | None, lines: list[bytes], proxies: TrustedProxies) -> tuple[str | None, int]:
    """The client and how many of our proxies stand before us (the peer is the first)."""
    client, hops = peer, 1
    for entry in reversed(_entries(lines)[-MAX_HOPS:]):
        address = _address(entry)
        if address is None:  # "unknown", or garbage: what stands left of it cannot be believed either
            break
        client = str(address)
        if not proxies.trusts(address):
            break
        hops += 1
    return client, hops


def _hop(lines: list[bytes], hops: int) -> str | None:
    """What the outermost of our proxies wrote: that many entries from the right, or the first there is."""
    entries = _entries(lines)
    return entries[-min(hops, len(entries))].lower() if entries else None


def _entries(lines: list[bytes]) -> list[str]:
    text = b",".join(lines).decode("latin-1")
    return [entry.strip(" \t") for entry in text.split(",")] if text else []


def _address(text: str) -> Address | None:
    """An address, without port and brackets; IPv4 inside IPv6 counts as IPv4."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address
