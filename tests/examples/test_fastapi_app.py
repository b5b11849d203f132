"""The FastAPI example does what the documentation says, in real workers, and is strictly typed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from tests import plain_http
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from rescind import Rescind

ROOT = Path(__file__).parents[2]
COOKIE = "__Host-rescind"
ADA = {"name": "ada", "password": "plum-tractor-nine-lamps"}
TIMEOUT = 60.0


@contextmanager
def workers(
    url: str, count: int, app: str = "examples.fastapi_app.main:app", **variables: str
) -> Iterator[str]:
    """An example under uvicorn with several worker processes; its address, ours before they start."""
    command = [sys.executable, "-m", "uvicorn", app, "--log-level", "warning"]
    environment = os.environ | {"RESCIND_URL": url, "PYTHONPATH": str(ROOT)} | variables
    with socket.create_server(("127.0.0.1", 0)) as ours:
        address, port = ours.getsockname()
        listens = ["--fd", str(ours.fileno()), "--workers", str(count)]
        process = subprocess.Popen([*command, *listens], cwd=ROOT, env=environment, pass_fds=[ours.fileno()])
    try:
        _until_it_answers(f"http://{address}:{port}/", process)
        yield f"{address}:{port}"
    finally:
        process.terminate()
        # A single worker ends, after it has shut down, by the signal that it was sent.
        assert process.wait(TIMEOUT) in {0, -signal.SIGTERM}


def _until_it_answers(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + TIMEOUT
    while True:
        assert process.poll() is None, "the server ended"
        assert time.monotonic() < deadline, "the server does not answer"
        try:
            plain_http.get(url)
        except httpx2.TransportError:
            time.sleep(0.05)
        else:
            return


def test_a_day_at_work(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'app.db'}"
    with workers(url, 2) as address, Rescind(url, principal_id=int) as admin:
        site = f"http://{address}"
        assert plain_http.get(f"{site}/").json() == {"signed_in": False}
        assert plain_http.post(f"{site}/login", data={**ADA, "password": "wrong"}).status_code == 401
        answer = plain_http.post(f"{site}/login", data=ADA)
        assert answer.status_code == 204
        cookie = {"Cookie": answer.headers["set-cookie"].partition(";")[0]}
        for _ in range(8):  # each on a new connection: both workers get asked
            assert plain_http.get(f"{site}/me", headers=cookie).json()["you"] == 7
        assert plain_http.post(f"{site}/payouts", headers=cookie).status_code == 403
        assert admin.principals.set(7, roles=["finance", "admin"], reason="promoted").state == "final"
        for _ in range(8):
            assert plain_http.post(f"{site}/payouts", headers=cookie).json() == {"paid_by": 7}
        with connect(f"ws://{address}/feed", additional_headers=cookie) as feed:
            feed.send("hello")
            assert '"hello"' in str(feed.recv(timeout=TIMEOUT))
            receipt = plain_http.post(f"{site}/people/7/leave", headers=cookie).json()
            assert (receipt["state"], receipt["ended"]) == ("final", {"session": 1})
            with pytest.raises(ConnectionClosed) as closed:
                feed.recv(timeout=1.0)
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 4001
        for _ in range(8):
            assert plain_http.get(f"{site}/me", headers=cookie).json()["code"] == "sign_in"


@pytest.mark.long
def test_a_stream_of_the_example_ends(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'app.db'}"
    with workers(url, 1) as address, Rescind(url, principal_id=int) as admin:
        cookie = {"Cookie": f"{COOKIE}={admin.sessions.start(7).token}"}
        with plain_http.stream("GET", f"http://{address}/events", headers=cookie) as events:
            lines = events.iter_lines()
            assert next(lines) == "data: 7-0"
            admin.revoke(principal=7, reason="left")
            after = time.monotonic()
            assert all(line.startswith("data: 7-") for line in lines if line)
            assert time.monotonic() - after < 1.0


@pytest.mark.long  # `make types` says it too
@pytest.mark.parametrize("checker", [["mypy", "--strict"], ["pyright"]])
def test_types(checker: list[str]) -> None:
    command = [sys.executable, "-m", *checker, "examples/fastapi_app"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_its_own_tests_pass() -> None:
    """As its owner would run them: with the plugin, and with none of this repository's settings."""
    alone = ["-q", "-c", os.devnull, "--rootdir", "examples", "-p", "no:cacheprovider", "-W", "error"]
    command = [sys.executable, "-m", "pytest", *alone, "examples/fastapi_app"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "6 passed" in done.stdout
