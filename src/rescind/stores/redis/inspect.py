"""What stands at a URL, without making anything there: for the command line."""

from __future__ import annotations

from dataclasses import dataclass

from redis import exceptions as said

from rescind.errors import ConfigurationError, StoreUnavailable
from rescind.model.revocation import Head
from rescind.stores.redis import codec, keys
from rescind.stores.redis.births import NOTES
from rescind.stores.redis.connections import Connections, Wire
from rescind.stores.redis.faults import translated
from rescind.stores.redis.server import APPEND_SETTINGS, SECTIONS, Known, Server


@dataclass(frozen=True, slots=True)
class Inspection:
    """A server as it stands.

    Attributes:
        place: the URL without its password.
        server: name and version.
        problem: why it cannot be used as it is, ``None`` when it can.
        always: every command is on disk when it is answered.
        lost: what the next connection will find missing, and begin a new log for.
        memory: bytes used; ``limit``: bytes allowed, 0 without a limit.
        head: of the log, ``None`` when there is none.
        sessions: rows, tombstones included.
        alone: it holds a log, and not only the sessions of one that is elsewhere.
    """

    place: str
    server: str
    problem: str | None
    always: bool
    replicas: bool
    lost: str | None
    memory: int
    limit: int
    head: Head | None
    sessions: int
    alone: bool


def inspect(url: str, *, patience: float, kept: str = "revocations") -> Inspection:
    """Look at a server.

    Args:
        kept: what would be lost if it threw keys away.

    Raises:
        ConfigurationError, StoreUnavailable: it cannot be talked to.
    """
    connections = Connections(url, patience)
    connections.greet = lambda wire: None
    try:
        return connections.ask(lambda wire: _seen(wire, connections.place, kept))
    finally:
        connections.close()


def _seen(wire: Wire, place: str, kept: str) -> Inspection:
    info, settings, values, due = wire.calls(("INFO", *SECTIONS), APPEND_SETTINGS, NOTES, ("ZCARD", keys.DUE))
    for reply in (info, values, due):
        if isinstance(reply, said.RedisError):
            raise translated(reply, place)
    server, (meta, noted) = Server.read(info), values
    known = server.known(settings)
    return Inspection(
        place=place,
        server=f"{server.name} {server.release}",
        problem=_problem(server, place, kept),
        always=known.always,
        replicas=known.replicas,
        lost=None if noted is None else server.lost(Known.decode(noted)),
        memory=server.memory,
        limit=server.limit,
        head=None if meta is None else codec.decode_head(meta),
        sessions=due,
        alone=noted is not None,
    )


def _problem(server: Server, place: str, kept: str) -> str | None:
    try:
        server.require(place, kept=kept)
    except (ConfigurationError, StoreUnavailable) as error:
        return str(error)
    return None
