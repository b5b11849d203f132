"""Settings of the whole test run.

Stores and servers are imported by the fixtures that make them: who hands out the tests has no use for them.
"""

from __future__ import annotations

import gc
import os
import shutil
import signal
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from itertools import accumulate
from multiprocessing.util import Finalize
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.scratch import scratch

if TYPE_CHECKING:
    from tests.postgres import PostgresServer
    from tests.world import World

collect_ignore = ["review/corpus", "review/fixtures"]  # data: code for the reviewer to read


def pytest_configure(config: pytest.Config) -> None:
    """Whoever ends the run by SIGTERM, as ``timeout`` does, gets what Ctrl-C gets: no process is left behind.

    Ctrl-C works in a run that a shell started in the background, too, and in the programs that it starts.
    """
    if config.pluginmanager.has_plugin("hypothesispytest"):
        from hypothesis import HealthCheck, settings

        # How long an example takes says something about the machine only.
        settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
        settings.load_profile("untimed")
    if not hasattr(config, "workerinput"):  # workers have it from the process that starts them
        files = ExitStack()
        files.enter_context(scratch())
        # Last of all: the folder of multiprocessing, which is in it, goes with priority -100.
        Finalize(None, files.close, exitpriority=-200)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    os.register_at_fork(after_in_child=lambda: signal.signal(signal.SIGTERM, signal.SIG_DFL))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: many tests wait, for a term to pass or for a process to start."""
    return (os.cpu_count() or 1) + 1


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What tests that passed have recorded as ``measured``."""
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            if name == "measured":
                terminalreporter.write_line(f"{report.nodeid}: {value}")


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """What is imported and collected stays to the end: no collection of garbage looks at it again."""
    session.config.args = from_another_place(session.config)
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def from_another_place(config: pytest.Config) -> list[str]:
    """What to collect, and where each worker begins with it if that is everything: after a fresh clone they
    compile a part each and find the rest compiled, instead of compiling all of it side by side."""
    worker, here = getattr(config, "workerinput", None), Path(__file__).parent
    if worker is None or [Path(arg).resolve() for arg in config.args] != [here]:
        return config.args
    parts = [path for path in sorted(here.iterdir()) if path.is_dir() or path.name.startswith("test_")]
    sizes = [sum(file.stat().st_size for file in (path.rglob("*.py") if path.is_dir() else [path]))
             for path in parts]  # fmt: skip
    number, count = int(worker["workerid"].removeprefix("gw")), worker["workercount"]
    before = list(accumulate(sizes, initial=0))
    first = next(n for n, size in enumerate(before) if size * count >= number * before[-1])
    return [str(path) for path in parts[first:] + parts[:first]]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is about the counter is not collected for servers, which have none. The order is everybody's."""
    items[:] = [
        item for item in items if "[postgres" not in item.nodeid or not item.get_closest_marker("counter")
    ]
    items.sort(key=lambda item: item.path)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One server for all tests of a process."""
    from tests.postgres import running

    with running() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_database(postgres_server: PostgresServer) -> str:
    return postgres_server.create("rescind_empty")


@pytest.fixture
def postgres(postgres_server: PostgresServer, postgres_database: str) -> Iterator[str]:
    """The url of a database with rescind's tables, empty."""
    yield postgres_server.url(postgres_database)
    postgres_server.reset(postgres_database)


@pytest.fixture
def new_postgres(postgres_server: PostgresServer) -> Iterator[str]:
    """The url of a database of this test alone, which may do to it what it likes."""
    name = postgres_server.create("rescind_empty")
    yield postgres_server.url(name)
    postgres_server.drop(name)


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed database with rescind's tables, to be copied: making one costs many synced writes."""
    from tests.world import World

    world = World("sqlite", tmp_path_factory.mktemp("empty"))
    world.engine(joined=False)
    world.close()
    return world.path


@pytest.fixture(params=["memory", "sqlite"])
def embedded(request: pytest.FixtureRequest, tmp_path: Path, empty_database: Path) -> str:
    """The url of a store that needs no server."""
    if request.param == "memory":
        return "memory://"
    return f"sqlite:///{shutil.copy(empty_database, tmp_path / 'app.db')}"


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgres", marks=pytest.mark.long)])
def world(request: pytest.FixtureRequest, tmp_path: Path, empty_database: Path) -> Iterator[World]:
    """One store for many engines, on a clock that stands still."""
    from tests.world import World

    if request.param == "postgres":
        made = World("postgres", tmp_path, url=request.getfixturevalue("postgres"))
    else:
        made = World(request.param, tmp_path)
        shutil.copy(empty_database, made.path)
    yield made
    made.close()


@pytest.fixture
def file_world(tmp_path: Path, empty_database: Path) -> Iterator[World]:
    """``world`` on SQLite alone, for what memory has not: connections, forks, processes."""
    from tests.world import World

    made = World("sqlite", tmp_path)
    shutil.copy(empty_database, made.path)
    yield made
    made.close()
