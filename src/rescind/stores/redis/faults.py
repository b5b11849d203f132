"""What the driver and the server say, in the words of rescind; never with a password in it."""

from __future__ import annotations

from redis import exceptions as said

from rescind.errors import ConfigurationError, RescindError, StoreUnavailable

LOST = "LOST"
"""How our scripts begin when the right to write is gone."""

MISTAKES: tuple[tuple[tuple[type[Exception], ...], tuple[str, ...], str], ...] = (
    (
        (said.AuthenticationError, said.AuthenticationWrongNumberOfArgsError),
        ("NOAUTH", "WRONGPASS"),
        "the server refused user or password: write redis://USER:PASSWORD@HOST:6379/0",
    ),
    (
        (said.NoPermissionError,),
        ("NOPERM",),
        "the user may not do all that is needed: docs/redis.md has the ACL line",
    ),
    (
        (said.AskError,),  # MOVED is one, too
        ("MOVED ",),
        "another node of the cluster serves these keys: name that one",
    ),
    (
        (),
        ("CERTIFICATE_VERIFY_FAILED",),
        "its certificate is not trusted: name the authority with ?ssl_ca_certs=FILE",
    ),
    ((), ("WRONG_VERSION_NUMBER", "wrong version number"), "it speaks no TLS there: write redis://"),
)
"""What cannot get better by itself: classes of the driver, what is said, what to do."""

OUTAGES: tuple[tuple[type[Exception], str], ...] = (
    (said.ReadOnlyError, "is a replica and not the primary (any more)"),
    (said.OutOfMemoryError, "is full, nothing was written: raise maxmemory"),
    (said.TimeoutError, "did not answer in time"),
)
HUNG_UP = ("reset by peer", "closed by server")


def translated(error: said.RedisError, place: str) -> RescindError:
    """The error to raise instead.

    Args:
        place: the URL without its password.
    """
    text = str(error)
    for kinds, words, mend in MISTAKES:
        if isinstance(error, kinds) or any(one in text for one in words):
            return ConfigurationError(f"url={place!r}: {mend} ({text})")
    if text.startswith(LOST):
        return StoreUnavailable("the write lock was lost to another process, nothing was written")
    for kind, what in OUTAGES:
        if isinstance(error, kind):
            return StoreUnavailable(f"{place} {what} ({text})")
    if any(one in text for one in HUNG_UP):
        return StoreUnavailable(f"{place} hung up; if it wants TLS, write rediss:// ({text})")
    return StoreUnavailable(f"{place} did not answer as expected: {text}")
