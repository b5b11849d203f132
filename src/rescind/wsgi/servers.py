"""What a server has to be told so that the threads of this process run."""

from __future__ import annotations

import sys
from typing import Any

THREADED = frozenset({"enable-threads", "threads"})


def without_threads() -> str | None:
    """What to log where uWSGI holds the interpreter between two requests, so that no thread renews the lease:
    nothing is accepted that should not be, but nearly every check reads the authority, and whoever revokes
    waits for the lease. ``None`` under any other server."""
    uwsgi: Any = sys.modules.get("uwsgi")  # there in a process of uWSGI and nowhere else
    if uwsgi is None or THREADED & uwsgi.opt.keys():
        return None
    return (
        "uWSGI runs without --enable-threads: the lease is not renewed between requests, so checks read the "
        "authority and revocations wait for the lease; start it with --enable-threads"
    )
