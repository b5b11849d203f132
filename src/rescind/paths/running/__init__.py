"""Asking a running framework for its routes, in a process of its own.

`ask` starts it, bounds its time, and brings back plain values. `child` is what runs in it: with
`of_starlette`, `of_flask` and `callables` it is the only code of the map that shares a process with the
application.
"""

from __future__ import annotations

from rescind.paths.running.ask import Answer, ask

__all__ = ["Answer", "ask"]
