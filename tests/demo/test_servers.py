"""The servers come up as several processes, and none is left, however the demo ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from time import monotonic, sleep

import pytest

from rescind.demo.processes import WORKERS, ServersFailed
from rescind.demo.servers import DJANGO, FASTAPI, FLASK, SITES, STOCK, Site, get, servers

KEY = "k" * 64
WITHIN = 20.0  # seconds


def alive(pid: int) -> bool:
    """Whether the process runs; a zombie that nobody has waited for does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def until(condition: Callable[[], bool]) -> bool:
    end = monotonic() + WITHIN
    while not condition():
        if monotonic() > end:
            return False
        sleep(0.02)
    return True


def all_gone(pids: Iterable[int]) -> bool:
    return until(lambda: not any(alive(pid) for pid in pids))


@pytest.mark.parametrize(
    "site",
    [FLASK, *(pytest.param(site, marks=pytest.mark.long) for site in (FASTAPI, DJANGO, STOCK))],
    ids=lambda site: site.name,
)
def test_several_workers_answer_on_one_port_and_none_is_left_after_an_error(
    tmp_path: Path, site: Site
) -> None:
    seen = []

    def fail_in_the_middle() -> None:
        with servers(tmp_path, KEY, 0, [site]) as served:
            seen.append(served)
            workers, port = served.workers[site.name], served.ports[site.name]
            assert len(workers) == WORKERS
            assert all(alive(pid) for pid in workers)
            assert os.getpid() not in workers
            assert get(port, "/ready")["worker"] in workers
            with pytest.raises(ServersFailed, match="GET /nowhere answered 404"):
                get(port, "/nowhere")
            raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError, match="in the middle"):
        fail_in_the_middle()
    (served,) = seen
    assert all_gone(served.workers[site.name])
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", served.ports[site.name]), 1)


@pytest.mark.long
def test_two_demos_at_once_do_not_share_a_port_and_leave_nobody(tmp_path: Path) -> None:
    first, second = tmp_path / "1", tmp_path / "2"
    first.mkdir()
    second.mkdir()
    with servers(first, KEY, 0) as one, servers(second, KEY, one.ports["fastapi"]) as two:
        ports = [*one.ports.values(), *two.ports.values()]
        assert len(set(ports)) == len(ports) == 2 * len(SITES)
    assert all_gone(pid for served in (one, two) for pids in served.workers.values() for pid in pids)


def test_workers_that_cannot_start_say_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "flask_login.py").write_text("raise ImportError('planted in the way of a worker')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(ServersFailed, match=r"(?s)Flask ended.*planted"), servers(tmp_path, KEY, 0, [FLASK]):
        pass


def start_demo(folder: Path) -> tuple[subprocess.Popen[str], list[int]]:
    """A process that runs two kinds of servers and waits, and the workers that it started."""
    code = (
        "import sys, time; from pathlib import Path; "
        "from rescind.demo.servers import FASTAPI, FLASK, servers\n"
        f"with servers(Path({str(folder)!r}), {KEY!r}, 0, [FASTAPI, FLASK]) as s:\n"
        "    print(*(pid for site in s.workers.values() for pid in site), flush=True); time.sleep(600)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    return parent, [int(pid) for pid in parent.stdout.readline().split()]


@pytest.mark.long
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_none_is_left_when_the_demo_is_interrupted_or_killed(tmp_path: Path, how: signal.Signals) -> None:
    parent, pids = start_demo(tmp_path)
    try:
        assert len(pids) == 2 * WORKERS
        assert all(alive(pid) for pid in pids)
        parent.send_signal(how)
        parent.wait(WITHIN)
        assert all_gone(pids)
    finally:
        parent.kill()
        parent.wait()
        assert parent.stdout is not None
        parent.stdout.close()
