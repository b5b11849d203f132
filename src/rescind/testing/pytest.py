"""A pytest plugin: sign people in, move time, end access, with the real engine underneath.

In ``conftest.py``::

    pytest_plugins = ["rescind.testing.pytest"]

Fixtures:

``auth``
    an engine in memory of its own for each test.
``clock``
    time stands still and moves by ``clock.advance(minutes=6)``, for every engine made under this plugin.
``as_user(app, 7, roles=["finance"])``
    a client of ``app`` with a session of that principal; no password is hashed.
``revoke_now(principal=7)``
    ends access and returns the final receipt: in the applications that ``as_user`` was used with, or else in
    ``auth``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Protocol, TypeVar

import pytest

from rescind import engine as engines
from rescind._clock import SystemClock
from rescind.engine import Rescind
from rescind.errors import ConfigurationError
from rescind.model.session import Issued
from rescind.revocation.receipt import Receipt
from rescind.testing.clock import FakeClock, MovableClock

R = TypeVar("R")
CLOCK = MovableClock()
REASON = "for a test"
TOO_EARLY = (
    "this application made its engine before the plugin was there and `clock` cannot move its time: "
    "import it inside a fixture or in the test module, or load the plugin with `-p rescind.testing.pytest`"
)


class AsUser(Protocol):
    """See ``as_user``."""

    def __call__(
        self,
        app: Any,
        principal: Any,
        *,
        roles: Sequence[str] | None = None,
        tenant: str | None = None,
        method: str = "test",
    ) -> Any: ...


class RevokeNow(Protocol):
    """See ``revoke_now``."""

    def __call__(self, *, reason: str = REASON, **selector: Any) -> Receipt: ...


def pytest_configure(config: pytest.Config) -> None:
    """Engines made from now on, such as that of an imported application, have a clock that tests can move."""
    patch = pytest.MonkeyPatch()
    patch.setattr(engines, "SystemClock", lambda: CLOCK)
    config.add_cleanup(patch.undo)


@pytest.fixture
def clock() -> Iterator[FakeClock]:
    """Time in the test's hands; see ``FakeClock``."""
    yield CLOCK.hold()
    CLOCK.release()


@pytest.fixture
def auth() -> Iterator[Rescind[str]]:
    """An engine in memory. Override it for another type of id: ``Rescind("memory://", principal_id=int)``."""
    with Rescind("memory://") as engine:
        yield engine


@pytest.fixture
def rescind_engines() -> list[Rescind[Any]]:
    """The engines of the applications that this test signed people in to."""
    return []


@pytest.fixture
def as_user(rescind_engines: list[Rescind[Any]], request: pytest.FixtureRequest) -> AsUser:
    """Clients of an application, signed in.

    ``roles`` and ``tenant`` are set on the principal when given, as ``auth.principals.set`` does. The session
    is a real one: it can be listed, it expires, and it can be revoked.
    """

    def sign_in(
        app: Any,
        principal: Any,
        *,
        roles: Sequence[str] | None = None,
        tenant: str | None = None,
        method: str = "test",
    ) -> Any:
        kit = kit_of(app)
        engine = kit.engine_of(app)
        if "clock" in request.fixturenames and isinstance(engine.core.clock, SystemClock):
            raise ConfigurationError(TOO_EARLY)
        if engine not in rescind_engines:
            rescind_engines.append(engine)
        issued = off_the_loop(partial(start, engine, principal, roles, tenant, method))
        return kit.client(app, issued)

    return sign_in


@pytest.fixture
def revoke_now(rescind_engines: list[Rescind[Any]], request: pytest.FixtureRequest) -> RevokeNow:
    """End access; the arguments are those of ``auth.revoke``, and ``reason`` may be left out."""

    def end(*, reason: str = REASON, **selector: Any) -> Receipt:
        known: list[Rescind[Any]] = rescind_engines or [request.getfixturevalue("auth")]
        receipts = [off_the_loop(partial(one.revoke, reason=reason, **selector)) for one in known]
        return receipts[0]

    return end


def kit_of(app: Any) -> Any:
    """Clients for an application, by the framework that it is made with."""
    names = {one.__module__.partition(".")[0] for one in type(app).__mro__}
    if "flask" in names:
        from rescind.testing import flask as kit
    else:
        from rescind.testing import fastapi as kit  # type: ignore[no-redef]
    return kit


def start(
    engine: Rescind[Any], principal: Any, roles: Sequence[str] | None, tenant: str | None, method: str
) -> Issued[Any]:
    """A session without a password; sets the standing first where it is asked for."""
    given: dict[str, Any] = {}
    if roles is not None:
        given["roles"] = list(roles)
    if tenant is not None:
        given["tenant"] = tenant
    if given:
        engine.principals.set(principal, **given, reason=REASON)
    return engine.sessions.start(principal, method=method)


def off_the_loop(work: Callable[[], R]) -> R:
    """Run blocking work where it may block: an ``async def`` test has a running loop on its thread."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return work()
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()
