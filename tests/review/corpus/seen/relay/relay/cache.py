from __future__ import annotations

import functools
import hashlib
import json
import marshal
import pickle
from collections.abc import Callable
from multiprocessing import Pipe, Process
from typing import Any

import msgpack
import redis

client = redis.Redis.from_url("redis://cache:6379/2")


def cached(seconds: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def wrapper(*args: Any) -> Any:
            name = hashlib.md5(repr((function.__qualname__, args)).encode(), usedforsecurity=False).hexdigest()
            found = client.get(f"relay:{name}")
            if found is not None:
                return pickle.loads(found)
            value = function(*args)
            client.setex(f"relay:{name}", seconds, pickle.dumps(value))
            return value

        return wrapper

    return decorate


class ProfileCache:
    prefix = "profile:"

    def get(self, who: int) -> dict[str, Any] | None:
        raw = client.get(f"{self.prefix}{who}")
        return msgpack.unpackb(raw) if raw else None

    def put(self, who: int, profile: dict[str, Any]) -> None:
        client.setex(f"{self.prefix}{who}", 300, msgpack.packb(profile))


class BlobCache(ProfileCache):
    prefix = "blob:"

    def get(self, who: int) -> Any:
        raw = client.get(f"{self.prefix}{who}")
        return raw and marshal.loads(raw)

    def as_json(self, who: int) -> str:
        return json.dumps(super().get(who))


def squares(numbers: list[int]) -> list[int]:
    def child(end: Any) -> None:
        end.send_bytes(pickle.dumps([n * n for n in numbers]))

    ours, theirs = Pipe()
    process = Process(target=child, args=(theirs,))
    process.start()
    found = pickle.loads(ours.recv_bytes())
    process.join()
    return found
