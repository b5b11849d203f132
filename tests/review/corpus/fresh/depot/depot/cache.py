"""A cache of two levels: this process, then Redis."""
from __future__ import annotations

import functools
import hashlib
import json
import pickle
import time
import zlib
from collections import OrderedDict
from typing import Any, Callable, Optional, Protocol


class Codec(Protocol):
    def dump(self, value: Any) -> bytes: ...

    def load(self, raw: bytes) -> Any: ...


class JsonCodec:
    def dump(self, value: Any) -> bytes:
        return json.dumps(value, sort_keys=True, default=str).encode()

    def load(self, raw: bytes) -> Any:
        return json.loads(raw)


class CompressedCodec:
    """Takes any object."""

    level = 3

    def dump(self, value: Any) -> bytes:
        return zlib.compress(pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL), self.level)

    def load(self, raw: bytes) -> Any:
        return pickle.loads(zlib.decompress(raw))


class LocalLevel:
    def __init__(self, size: int = 512) -> None:
        self._rows: "OrderedDict[str, tuple[float, Any]]" = OrderedDict()
        self._size = size

    def get(self, key: str) -> Optional[Any]:
        until, value = self._rows.get(key, (0.0, None))
        if until < time.monotonic():
            self._rows.pop(key, None)
            return None
        self._rows.move_to_end(key)
        return pickle.loads(pickle.dumps(value))

    def put(self, key: str, value: Any, seconds: float) -> None:
        self._rows[key] = (time.monotonic() + seconds, value)
        while len(self._rows) > self._size:
            self._rows.popitem(last=False)


class Cache:
    def __init__(self, redis: Any, codec: Optional[Codec] = None, prefix: str = "depot") -> None:
        self.redis, self.prefix = redis, prefix
        self.codec = codec or CompressedCodec()
        self.local = LocalLevel()

    def key(self, *parts: Any) -> str:
        text = json.dumps(parts, sort_keys=True, default=str)
        return "%s:%s" % (self.prefix, hashlib.md5(text.encode()).hexdigest())

    def get(self, *parts: Any) -> Any:
        key = self.key(*parts)
        value = self.local.get(key)
        if value is not None:
            return value
        raw = self.redis.get(key)
        return None if raw is None else self.codec.load(raw)

    def put(self, value: Any, *parts: Any, seconds: int = 300) -> None:
        key = self.key(*parts)
        self.local.put(key, value, seconds)
        self.redis.set(key, self.codec.dump(value), ex=seconds)


def cached(cache: Cache, seconds: int = 300) -> Callable[..., Any]:
    def outer(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def inner(*args: Any) -> Any:
            found = cache.get(function.__qualname__, args)
            if found is None:
                found = function(*args)
                cache.put(found, function.__qualname__, args, seconds=seconds)
            return found

        return inner

    return outer
