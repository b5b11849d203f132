"""Each extra that has code behind it, installed alone into an empty environment, runs its quickstart.

The wheel is built once. Nothing of the test environment is visible inside: another Python process in another
folder, with an environment of its own.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.redis_server import shared

ROOT = Path(__file__).parent.parent
pytestmark = pytest.mark.long

BASE = """
from rescind import Rescind
auth = Rescind("memory://")
issued = auth.sessions.start("ada", method="password")
assert auth.check(issued.token).principal_id == "ada"
receipt = auth.revoke(principal="ada", reason="quickstart")
assert receipt.state == "final" and receipt.matched == 1, receipt
assert auth.check(issued.token).code == "revoked"
auth.close()
"""

# After the block of the README: a request without a session, one with it, one after its end; plain ASGI.
FASTAPI = """
import asyncio

async def status(token):
    answers = []
    headers = [(b"host", b"localhost")]
    if token:
        headers.append((b"authorization", f"Bearer {token}".encode()))
    scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET",
             "path": "/me", "raw_path": b"/me", "query_string": b"", "root_path": "", "scheme": "https",
             "headers": headers, "client": ("127.0.0.1", 1), "server": ("localhost", 443)}
    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}
    async def send(message):
        answers.append(message)
    await app(scope, receive, send)
    return answers[0]["status"]

async def main():
    issued = await auth.aio.sessions.start("ada", method="password")
    before = await status(None), await status(issued.token)
    receipt = await auth.aio.revoke(principal="ada", reason="quickstart")
    assert receipt.state == "final", receipt
    return *before, await status(issued.token)

assert asyncio.run(main()) == (401, 200, 401)
auth.close()
"""

COMMANDS = """
import subprocess, sys
for command in (["--help"], ["demo", "--help"]):
    subprocess.run([sys.executable, "-m", "rescind", *command], check=True)
"""


def first_block_of_the_readme() -> str:
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    return str(blocks[0])


DRILL = """
import subprocess, sys
for words in (["init"], ["schema"], ["check", "drill.toml"]):
    done = subprocess.run([sys.executable, "-m", "rescind", "drill", *words], capture_output=True, text=True)
    said = done.stdout + done.stderr
assert done.returncode == 2 and "DRILL_PASSWORD is not set" in said, said
"""

REDIS = BASE.replace('"memory://"', "")  # where it is, the environment says

DJANGO = """
from pathlib import Path
for name, text in {files!r}:
    Path(name).write_text(text, encoding="utf-8")
from test_shop import test_a_copy_of_the_cookie_is_dead_after_logout as run
run()
import subprocess, sys
check = [sys.executable, "-m", "django", "check", "--deploy", "--settings", "settings", "--pythonpath", "."]
said = subprocess.run(check, capture_output=True, text=True)
assert said.returncode == 0 and "rescind." not in said.stdout + said.stderr, said
"""


def project_of_the_page() -> str:
    """The files that docs/django.md shows, and its test."""
    page = (ROOT / "docs" / "django.md").read_text(encoding="utf-8")
    files = re.findall(r"^```py\n# (\w+\.py)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    return DJANGO.format(files=files)


QUICKSTARTS: dict[str, Callable[[], str]] = {
    "": lambda: BASE,
    "redis": lambda: REDIS,
    "django": project_of_the_page,
    "fastapi": lambda: first_block_of_the_readme() + FASTAPI,
    "demo": lambda: COMMANDS,
    "tools": lambda: DRILL,
}
FOR_DEVELOPERS = {"recipes", "test", "dev", "bench", "reviewers", "all"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("wheel")
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--wheel-dir",
        str(target),
        str(ROOT),
    ]
    subprocess.run(command, check=True)
    (built,) = target.glob("rescind-*.whl")
    return built


@pytest.mark.parametrize("extra", list(QUICKSTARTS), ids=lambda extra: extra or "no extra")
def test_quickstart_runs_with_this_extra_alone(extra: str, wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "env", with_pip=True)
    python = str(tmp_path / "env" / "bin" / "python")
    requirement = f"{wheel}[{extra}]" if extra else str(wheel)
    subprocess.run([python, "-m", "pip", "install", "--quiet", requirement], check=True)
    (tmp_path / "quickstart.py").write_text(QUICKSTARTS[extra](), encoding="utf-8")
    command = [python, "-W", "error", "quickstart.py"]
    place = {"RESCIND_URL": shared("redis").url} if extra == "redis" else {}
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, timeout=120, env=os.environ | place
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_extra_with_code_has_a_quickstart() -> None:
    page = (ROOT / "docs" / "versions.md").read_text(encoding="utf-8")
    with_code = set(re.findall(r"^\| `\[(\w+)\]` \|.*\| yes \|$", page, re.MULTILINE))
    assert with_code - FOR_DEVELOPERS == set(QUICKSTARTS) - {""}
