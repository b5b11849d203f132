"""Under gevent or eventlet, which make threads greenlets by replacing what ``threading`` holds.

A lock that was made before knows threads of the operating system alone, and all greenlets are one of those:
it holds nobody back. What it guards is not guarded then, which is worse than not to start.
"""

from __future__ import annotations

import threading

from rescind.errors import ConfigurationError

PATCHED_LATE = (
    "threading was patched (gevent, eventlet) after rescind's engine was made, so its locks hold no greenlet "
    "back: call gevent.monkey.patch_all() before anything else is imported; with gunicorn --preload at the "
    "top of gunicorn.conf.py"
)


class LockKind:
    """Of which kind the locks are that are made at the same moment."""

    def __init__(self) -> None:
        self._kind: object = threading.Lock

    def require(self) -> None:
        """Raises:
        ConfigurationError: locks are of another kind by now.
        """
        if threading.Lock is not self._kind:
            raise ConfigurationError(PATCHED_LATE)
