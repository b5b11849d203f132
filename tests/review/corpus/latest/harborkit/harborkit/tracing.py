"""Logs that look the same in all services."""
from __future__ import annotations

import functools
import inspect
import logging
import time
from collections.abc import Callable
from typing import Any

log = logging.getLogger("harborkit.trace")


def traced(function: Callable[..., Any] | None = None, *, hide: frozenset[str] | set[str] = frozenset()) -> Any:
    """Writes a call with its arguments and the time it took."""
    if function is None:
        return functools.partial(traced, hide=hide)
    signature = inspect.signature(function)

    @functools.wraps(function)
    def inner(*args: Any, **kwargs: Any) -> Any:
        bound = signature.bind(*args, **kwargs)
        shown = {name: "..." if name in hide else value for name, value in bound.arguments.items()}
        start = time.perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            log.debug("%s(%s) took %.3f s", function.__qualname__, shown, time.perf_counter() - start)

    return inner


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        import json

        return json.dumps({"at": record.created, "level": record.levelname, "text": record.getMessage()})


def setup(service: str) -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=logging.DEBUG, handlers=[handler])
    logging.getLogger("harborkit").info("%s starts", service)
