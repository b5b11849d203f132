"""What docs/deploy.md says of servers: gunicorn's gevent workers, and who is told to stop.

Under gevent all threads of a process are greenlets of one. The keeper, the push and the reads of the
authority take turns with the requests then; the promise may not notice.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from tests import plain_http
from tests.drill.applications import serving
from tests.promise.share import share_of
from tests.promise.test_faces import PATIENCE, Site, bearer, cookie, final, rounds, told
from tests.redis_server import Server

from rescind import Rescind
from rescind.revocation.greenlets import PATCHED_LATE

Record = Callable[[str, object], None]
pytestmark = pytest.mark.long
FLASK = "tests.promise.faces:flask"
PRELOADED = ("--preload",)
LEASE = "10s"  # nobody confirms late, however busy this machine is


@contextmanager
def site(folder: Path, url: str, how: Sequence[str] = (), **settings: str) -> Iterator[Site]:
    environment = {"RESCIND_URL": url, "LEASE": LEASE, **settings}
    with ExitStack() as running:
        model = settings.get("MODEL", "database")
        auth = running.enter_context(Rescind(url, session_model=model, lease=LEASE))
        kind = ("--worker-class", "gevent", *how)
        base = running.enter_context(serving.wsgi(FLASK, folder, environment, how=kind))
        yield Site(auth, (base, base))


@pytest.mark.parametrize("log", ["sqlite", "postgres", "redis"])
def test_what_is_ended_is_refused_and_nobody_is_waited_for(
    tmp_path: Path, record_property: Record, request: pytest.FixtureRequest, log: str
) -> None:
    with ExitStack() as running:
        settings = {}
        if log == "redis":
            url, settings = running.enter_context(Server("redis")).url, {"MODEL": "redis"}
        elif log == "postgres":
            url = request.getfixturevalue("new_postgres")
        else:
            url = f"sqlite:///{tmp_path / 'app.db'}"
        there = running.enter_context(site(tmp_path, url, **settings))
        rounds(there, share_of(20))
        token = there.auth.sessions.start("idle").token
        there.warm(cookie(token))
        receipt = there.auth.revoke(principal="idle", reason="nobody asks them anything meanwhile")
        final(receipt)
        assert (receipt.workers_confirmed, receipt.workers_lapsed) == (serving.WORKERS, 0), str(receipt)
        there.expect_refused("idle", bearer(token))
    record_property("measured", told(there))
    assert there.accepted == []


def test_a_stream_ends_while_its_greenlet_sleeps(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'app.db'}"
    settings = {"FLASK_RESCIND_URL": url, "FLASK_NOTES": str(tmp_path / "notes.db")}
    how = ("--worker-class", "gevent")
    with (
        serving.wsgi("examples.flask_app.main:create_app()", tmp_path, settings, how=how) as base,
        Rescind(url, principal_id=int) as admin,
    ):
        theirs = cookie(admin.sessions.start(10).token)
        note = plain_http.post(f"{base}/notes", data={"text": "milk"}, headers=theirs, timeout=PATIENCE)
        assert note.status_code == 303
        with plain_http.stream("GET", f"{base}/api/notes/stream", headers=theirs, timeout=PATIENCE) as events:
            lines = events.iter_lines()
            assert next(lines).startswith("id: ")
            assert plain_http.get(f"{base}/", headers=theirs, timeout=PATIENCE).status_code == 200
            final(admin.revoke(principal=10, reason="left"))
            assert not any(line.startswith("id: ") for line in lines)


@pytest.mark.parametrize("kind", ["gthread", "gevent", "uvicorn"])
def test_who_is_told_to_stop_is_waited_for_by_nobody(tmp_path: Path, new_postgres: str, kind: str) -> None:
    environment = {"RESCIND_URL": new_postgres, "LEASE": LEASE}
    with Rescind(new_postgres, lease=LEASE) as auth:
        token = auth.sessions.start("ada").token
        with (
            serving.asgi("tests.promise.faces:fast", tmp_path, environment)
            if kind == "uvicorn"
            else serving.wsgi(FLASK, tmp_path, environment, how=("--worker-class", kind))
        ) as base:
            Site(auth, (base, base)).warm(cookie(token))
            until = time.monotonic() + PATIENCE
            while len(auth.core.store.workers()) < serving.WORKERS:
                assert time.monotonic() < until
                time.sleep(0.05)
        assert [row for row in auth.core.store.workers() if row.id != auth.core.worker.id] == []
        receipt = auth.revoke(principal="ada", reason="left")
        assert (receipt.state, receipt.workers_lapsed) == ("final", 0), str(receipt)


def test_preloaded_where_everything_is_patched_first(tmp_path: Path) -> None:
    (tmp_path / "gunicorn.conf.py").write_text("from gevent import monkey\n\nmonkey.patch_all()\n")
    how = (*PRELOADED, "--config", str(tmp_path / "gunicorn.conf.py"))
    with site(tmp_path, f"sqlite:///{tmp_path / 'app.db'}", how) as there:
        rounds(there, 1)
    assert there.accepted == []


def test_preloaded_and_patched_too_late_lets_nobody_in_and_says_why(tmp_path: Path) -> None:
    with site(tmp_path, f"sqlite:///{tmp_path / 'app.db'}", PRELOADED) as there:
        token = there.auth.sessions.start("ada").token
        assert there.get(there.bases[0], "/me", cookie(token)).status_code == 500
    logged = "".join(log.read_text() for log in tmp_path.glob("*.log"))
    assert PATCHED_LATE in logged
