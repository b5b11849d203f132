"""Secrets of ours from those that an application has already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rescind.errors import ConfigurationError

LEAST = 32
"""Bytes of what is derived from (the entropy of a derived key is that of what it is derived from)."""


def derived_secrets(named: Iterable[tuple[str, object]], *, info: bytes, mend: str) -> Iterator[str]:
    """Keys of ours from those of a framework. Derived (RFC 5869), so that what we seal and what the framework
    signs never share a key.

    Args:
        named: the name of each setting and its value, the newest first; empty ones are left out.
        info: names the framework.
        mend: what to do about one that is too short.

    Raises:
        ConfigurationError: one is too short; the value is in no message.
    """
    for name, value in named:
        if value:
            key = value if isinstance(value, bytes) else str(value).encode()
            if len(key) < LEAST:
                raise ConfigurationError(
                    f"{name} has {len(key)} bytes and signed tokens need {LEAST}: {mend}"
                )
            yield _derived(key, info)


def _derived(key: bytes, info: bytes) -> str:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), LEAST, None, info).derive(key).hex()
