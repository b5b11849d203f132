"""A store in one Redis or Valkey server (redis-py): sessions, log, registry and audit trail."""

from __future__ import annotations

from rescind.stores.redis.store import RedisStore

__all__ = ["RedisStore"]
