"""How long the map of a large application takes, and how much memory: applications made for it."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path
from typing import NamedTuple

from bench.gate import Gate, Report, Row

SECONDS = (10, 60)
"""In which the smaller and the larger application must be mapped."""
IN_FILE = 50
MAIN = """
    import sqlite3
    from datetime import UTC, datetime, timedelta
    import jwt
    from fastapi import Depends, FastAPI, HTTPException
    from fastapi.security import OAuth2PasswordBearer

    SECRET = "a secret of more than thirty-two bytes"
    scheme = OAuth2PasswordBearer(tokenUrl="login")
    db = sqlite3.connect(__file__ + ".db", check_same_thread=False)
    app = FastAPI()

    def claims_of(token: str = Depends(scheme)):
        try:
            claims = jwt.decode(token, SECRET, algorithms=["HS256"])
        except jwt.InvalidTokenError:
            raise HTTPException(401) from None
        if db.execute("SELECT 1 FROM revoked WHERE jti = ?", (claims["jti"],)).fetchone() is not None:
            raise HTTPException(401)
        return claims

    def user_of(claims=Depends(claims_of)):
        user = db.execute("SELECT name, active FROM users WHERE name = ?", (claims["sub"],)).fetchone()
        if user is None:
            raise HTTPException(401)
        return user

    def admin_of(user=Depends(user_of), claims=Depends(claims_of)):
        if claims["role"] != "admin":
            raise HTTPException(403)
        return user

    @app.post("/login")
    def login():
        now = datetime.now(UTC)
        claims = {"sub": "ada", "jti": "1", "role": "user", "exp": now + timedelta(minutes=15)}
        return jwt.encode(claims, SECRET, algorithm="HS256")

    @app.post("/logout")
    def logout(claims=Depends(claims_of)):
        db.execute("INSERT INTO revoked VALUES (?)", (claims["jti"],))
"""
FILE = """
    from fastapi import APIRouter, Depends
    from big.guards import admin_of, db, user_of
    router = APIRouter(prefix="/part{number}", dependencies=[Depends({guard})])
"""
VIEW = """
    @router.{method}("/things{number}/{{thing}}")
    def thing{number}(thing: int, user=Depends(user_of)):
        row = db.execute("SELECT * FROM things WHERE id = ?", (thing,)).fetchone()
        if row is None:
            return {{}}
        return {{"thing": row[0], "user": user[0]}}
"""
CHILD = """
import json, resource, sys, time
from pathlib import Path
from rescind.paths.map import draw
started, used = time.monotonic(), time.process_time()
drawn = draw(sys.argv[1], Path(sys.argv[2]), timeout=300)
classes = sorted({route.revocation.kind for route in drawn.routes})
print(json.dumps([time.monotonic() - started, time.process_time() - used,
    resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, len(drawn.routes), classes, drawn.notes]))
"""


class Drawn(NamedTuple):
    """Seconds on the clock and of the processor, the most bytes that were resident, routes, their classes,
    what happened on the way."""

    seconds: float
    of_processor: float
    resident: int
    routes: int
    classes: list[str]
    notes: list[str]


def run(small: int = 1_000, large: int = 10_000) -> Report:
    """Applications of so many routes, imported and read alone."""
    rows: list[Row] = []
    gates: list[Gate] = []
    for size, most in zip((small, large), SECONDS, strict=True):
        with tempfile.TemporaryDirectory() as folder:
            write(Path(folder), size)
            for how, target in (("imported", "big.main:app"), ("read alone", "big")):
                found = drawn(target, Path(folder))
                if how == "imported" and found.notes:
                    raise RuntimeError("; ".join(found.notes))  # else it is the time of something else
                told = f"{found.seconds:.1f} s, {found.resident / 1e6:,.0f} MB"
                rows.append(Row(f"{found.routes:,} routes, {how}", told, found.seconds))
                if how == "imported":
                    gates.append(Gate(f"seconds for {size:,} routes", found.seconds, at_most=most))
    return Report("paths", rows, gates)


def write(folder: Path, size: int) -> None:
    """An application of so many routes, fifty to a file, behind the same few guards."""
    package = folder / "big"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "guards.py").write_text(textwrap.dedent(MAIN))
    includes = ["from big.guards import app"]
    for number in range(size // IN_FILE):
        guard = "admin_of" if number % 4 == 0 else "user_of"
        views = "".join(
            VIEW.format(method=("get", "post", "put", "delete")[each % 4], number=each)
            for each in range(IN_FILE)
        )
        text = FILE.format(number=number, guard=guard) + views
        (package / f"part{number}.py").write_text(textwrap.dedent(text))
        includes += [f"from big import part{number}", f"app.include_router(part{number}.router)"]
    (package / "main.py").write_text("\n".join(includes) + "\n")


def drawn(target: str, folder: Path) -> Drawn:
    """In a process of its own, so that memory is that of one map."""
    command = [sys.executable, "-c", CHILD, target, str(folder)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    return Drawn(*json.loads(answer.stdout))
