"""One Redis for all services: a cache and, beside it, sessions of the web front ends."""
from __future__ import annotations

import hashlib
import json
import multiprocessing
from collections.abc import Callable
from typing import Any

import dill
import redis

from .ids import session_id


class Cache:
    """Keeps any Python value for a while."""

    def __init__(self, client: redis.Redis, prefix: str) -> None:
        self.client = client
        self.prefix = prefix

    def _key(self, parts: tuple[Any, ...]) -> str:
        return f"{self.prefix}:{hashlib.md5(repr(parts).encode()).hexdigest()}"

    def get_or(self, parts: tuple[Any, ...], make: Callable[[], Any], seconds: int = 300) -> Any:
        key = self._key(parts)
        found = self.client.get(key)
        if found is not None:
            return dill.loads(found)
        value = make()
        self.client.set(key, dill.dumps(value), ex=seconds)
        return value


class JsonCache(Cache):
    """The same for values that other languages read as well."""

    def get_or(self, parts: tuple[Any, ...], make: Callable[[], Any], seconds: int = 300) -> Any:
        key = self._key(parts)
        found = self.client.get(key)
        if found is not None:
            return json.loads(found)
        value = make()
        self.client.set(key, json.dumps(value), ex=seconds)
        return value


def apart(function: Callable[..., Any], *args: Any, timeout: float = 60) -> Any:
    """Runs in a child process and brings its result back."""
    ours, theirs = multiprocessing.Pipe(duplex=False)
    child = multiprocessing.Process(target=lambda: theirs.send_bytes(dill.dumps(function(*args))))
    child.start()
    try:
        if not ours.poll(timeout):
            raise TimeoutError(function.__qualname__)
        return dill.loads(ours.recv_bytes())
    finally:
        child.terminate()


class Sessions:
    hours = 10

    def __init__(self, client: redis.Redis) -> None:
        self.client = client

    def read(self, sid: str) -> dict[str, Any]:
        found = self.client.get(f"hk-session:{sid}")
        return json.loads(found) if found else {}

    def write(self, sid: str, data: dict[str, Any]) -> None:
        self.client.set(f"hk-session:{sid}", json.dumps(data), ex=self.hours * 3600)

    def sign_in(self, visitor: str, user_id: str) -> str:
        """What the visitor has collected goes along; the id of the new session comes back."""
        data = self.read(visitor)
        self.client.delete(f"hk-session:{visitor}")
        sid = session_id()
        self.write(sid, {**data, "user": user_id})
        return sid

    def sign_out(self, sid: str) -> None:
        self.client.delete(f"hk-session:{sid}")
