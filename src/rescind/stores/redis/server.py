"""The server that a log lives in: what is asked of it, and what it can have lost.

A log is as old as its server remembers. Whether a run goes on with what the run before it had acknowledged is
decided from what the log noted of its server: only one server without replicas, which wrote every command to
disk before it answered (``appendfsync always``), comes back with all of it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from msgspec import json

from rescind.errors import ConfigurationError, StoreUnavailable

ALWAYS = {b"appendonly": b"yes", b"appendfsync": b"always", b"no-appendfsync-on-rewrite": b"no"}
APPEND_SETTINGS = ("CONFIG", "GET", *(name.decode() for name in ALWAYS))
"""By their names: for a pattern the server goes through all the settings that it has."""
OLDEST = (7, 0)
"""Redis 7: ``PEXPIRE`` and scripts as they are used here. Valkey begins above it."""
TAKEN_OVER = "another server took over, perhaps without the last commands"
SECTIONS = ("server", "replication", "memory", "persistence", "stats")


@dataclass(frozen=True, slots=True)
class Known:
    """What the log notes of its server.

    Attributes:
        run: random id of the server's run.
        history: random id of its replication history; another one after it took over from somebody.
        always: it writes every command to disk before it answers.
        replicas: it had replicas, so another server may take its place, without its last commands.
        evicted: keys that it had thrown away for lack of memory.
    """

    run: str
    history: str
    always: bool
    replicas: bool
    evicted: int

    def encode(self) -> bytes:
        return json.encode(asdict(self))

    @classmethod
    def decode(cls, value: bytes) -> Known:
        """Tolerant of what other versions of rescind note."""
        noted = json.decode(value)
        return cls(
            run=str(noted.get("run")),
            history=str(noted.get("history")),
            always=noted.get("always") is True,
            replicas=noted.get("replicas") is not False,
            evicted=int(noted.get("evicted", 0)),
        )


@dataclass(frozen=True, slots=True)
class Server:
    """What INFO says.

    Attributes:
        name, release: of the software, for people; ``version`` is what it says it is compatible with.
        history: ``master_replid``. promoted: it was a replica earlier in this run.
        policy: ``maxmemory_policy``.
        memory, limit: bytes used, and allowed (0: without a limit).
        appends: the append-only file is on.
    """

    run: str
    version: str
    name: str
    release: str
    primary: bool
    history: str
    promoted: bool
    replicas: bool
    loading: bool
    policy: str
    appends: bool
    evicted: int
    memory: int
    limit: int

    @classmethod
    def read(cls, text: bytes) -> Server:
        lines = (line.partition(":") for line in text.decode("utf-8", "replace").splitlines())
        said = {name: value for name, _, value in lines}
        if not {"run_id", "redis_version", "role"} <= said.keys():
            raise ConfigurationError(
                "url: INFO names no run_id, redis_version or role: name the server itself, not a proxy"
            )
        return cls(
            run=said["run_id"],
            version=said["redis_version"],
            name="Valkey" if "valkey_version" in said else "Redis",
            release=said.get("valkey_version", said["redis_version"]),
            primary=said["role"] == "master",
            history=said.get("master_replid", ""),
            promoted=said.get("master_replid2", "").strip("0") != "",
            replicas=said.get("connected_slaves", "0") != "0",
            loading=said.get("loading", "0") != "0",
            policy=said.get("maxmemory_policy", ""),
            appends=said.get("aof_enabled", "0") == "1",
            evicted=int(said.get("evicted_keys", "0")),
            memory=int(said.get("used_memory", "0")),
            limit=int(said.get("maxmemory", "0")),
        )

    def require(self, place: str, *, kept: str = "revocations") -> None:
        """What must hold whenever the server is asked.

        Args:
            kept: what would be lost if it threw keys away.

        Raises:
            ConfigurationError: it can never hold with this configuration.
            StoreUnavailable: it may hold later.
        """
        if tuple(int(part) for part in self.version.split(".")[:2]) < OLDEST:
            raise ConfigurationError(
                f"url={place!r}: Redis {self.version} is too old: 7.0 or newer, or Valkey"
            )
        if self.loading:
            raise StoreUnavailable(f"{place} is loading its data still")
        if not self.primary:
            raise ConfigurationError(
                f"url={place!r} is a replica: name the primary, because only that one knows what was revoked"
            )
        if self.policy != "noeviction":
            raise ConfigurationError(
                f"url={place!r}: maxmemory-policy is {self.policy}, so {kept} can be thrown away: "
                "set maxmemory-policy noeviction"
            )

    def known(self, append_settings: Any) -> Known:
        """What the log is to note.

        Args:
            append_settings: the reply to ``APPEND_SETTINGS``; an error where that is not allowed, and then
                nobody can know that commands are on disk when they are answered.
        """
        always = self.appends and isinstance(append_settings, list) and _is_always(append_settings)
        return Known(self.run, self.history, always, self.replicas, self.evicted)

    def lost(self, noted: Known) -> str | None:
        """Why what was acknowledged under ``noted`` may be missing; ``None`` when it is all there."""
        if self.promoted and noted.history != self.history:
            return TAKEN_OVER
        if noted.run == self.run:
            return "the server evicted keys" if self.evicted > noted.evicted else None
        if noted.replicas:
            return TAKEN_OVER
        if not noted.always:
            return "the server was restarted without appendfsync always"
        return None


def _is_always(pairs: list[bytes]) -> bool:
    return ALWAYS.items() <= dict(zip(pairs[::2], pairs[1::2], strict=True)).items()
