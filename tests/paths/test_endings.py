"""Ways to sign out that look as if they ended a session, and do not: not always, not it, or not for good."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.paths.deceiving import ASKED, COOKIE, LG, POPPED, SQL, Parts, said_and_seen

BLOCKED = ASKED.replace("found is None", "found is None or found.get('state') == 'blocked'")
ENDED = ASKED.replace("found is None", "found is None or found.get('ended')")
FORGET = "\ndef forget(sid):\n    SESSIONS.pop(sid, None)\n"
STORES = """
class Store:
    def __init__(self):
        self.items = {}
    def get(self, key):
        return self.items.get(key)
    def drop(self, key):
        self.items.pop(key, None)
web, phone = Store(), Store()
"""
KEPT_THERE = COOKIE.replace("SESSIONS[sid] =", "web.items[sid] = SESSIONS[sid] =")
IN_FILE = SQL.replace('":memory:"', '__file__ + ".db"').replace("CREATE TABLE", "CREATE TABLE IF NOT EXISTS")
INSERTED = "(token, time.time() + 86_400))\n"
OWN_CONNECTION = IN_FILE.replace(INSERTED, INSERTED + "    db.commit()\n")


def deleting(rest: str) -> str:
    return (
        "def logout(token: str = Cookie()):\n    own = sqlite3.connect(__file__ + '.db')\n"
        f"    own.execute('DELETE FROM sessions WHERE token = ?', (token,))\n{rest}"
    )


NOT_ENDED: dict[str, Parts] = {
    "a task behind the answer": (COOKIE, ASKED,
        LG.replace("sid", "tasks: BackgroundTasks, sid") + "    tasks.add_task(SESSIONS.pop, sid, None)\n"),
    "what stands behind the yield of a dependency": (COOKIE, ASKED + '''
def forgetting(sid: str = Cookie()):
    try:
        yield
    finally:
        SESSIONS.pop(sid, None)
''', "def logout(_=Depends(forgetting)):\n    return {}\n"),
    "a generator that nobody goes through":
        (COOKIE, ASKED + FORGET + "    yield\n", LG + "    forget(sid)\n"),
    "a decorator that does it later": (COOKIE, ASKED + '''
def later(function):
    @functools.wraps(function)
    def inner(*given):
        timer = threading.Timer(3_600, function, given)
        timer.daemon = True
        timer.start()
    return inner
@later''' + FORGET, LG + "    forget(sid)\n"),
    "a copy of the row": (COOKIE, ENDED, LG + "    row = dict(SESSIONS[sid])\n    row['ended'] = True\n"),
    "a copy by its method": (COOKIE, ENDED, LG + "    row = SESSIONS[sid].copy()\n    row['ended'] = True\n"),
    "a copy in braces": (COOKIE, ENDED, LG + "    row = {**SESSIONS[sid]}\n    row['ended'] = True\n"),
    "another object of the same class": (STORES + KEPT_THERE, ASKED.replace("SESSIONS", "web"),
        LG + "    phone.drop(sid)\n"),
    "a key from elsewhere": (SQL, "", '''
def logout(request: Request):
    other = request.headers.get("x-session")
    db.execute("DELETE FROM sessions WHERE token = ?", (other,))
'''),
    "kept again by a middleware": (COOKIE, ASKED + '''
@app.middleware("http")
async def keep(request: Request, call_next):
    sid = request.cookies.get("sid")
    row = SESSIONS.get(sid)
    response = await call_next(request)
    if row is not None:
        SESSIONS[sid] = row | {"seen": time.time()}
    return response
''', POPPED),
    "put back at once": (COOKIE, ASKED, LG + "    row = SESSIONS.pop(sid)\n    SESSIONS[sid] = row\n"),
    "the first of two with one path": (COOKIE, ASKED,
        "def first():\n    return {}\n@app.post('/logout')\n" + POPPED),
    "the cookie alone, and a revoke elsewhere": (COOKIE, ASKED, '''
def logout(response: Response):
    response.delete_cookie("sid")
@app.post("/admin/revoke")
''' + POPPED.replace("def logout", "def revoke")),
    "another word": (COOKIE, BLOCKED,
        LG + "    SESSIONS[sid]['state'] = 'signed out'\n"),
    "only with a header": (COOKIE, ASKED, '''
def logout(request: Request, sid: str = Cookie()):
    if request.headers.get("x-really"):
        SESSIONS.pop(sid, None)
'''),
    "behind a return": (COOKIE, ASKED, LG + "    return {}\n    SESSIONS.pop(sid, None)\n"),
    "only where it is missing": (COOKIE, ASKED,
        LG + "    if sid in SESSIONS:\n        return {}\n    SESSIONS.pop(sid, None)\n"),
    "an error before it": (COOKIE, ASKED, LG + '''
    try:
        int(sid)
        SESSIONS.pop(sid, None)
    except ValueError:
        pass
'''),
    "only where something fails": (COOKIE, ASKED,
        LG + "    try:\n        OLD[sid]\n    except KeyError:\n        SESSIONS.pop(sid, None)\n"),
    "in a loop over others": (COOKIE, ASKED, LG + "    for each in SEEN:\n        SESSIONS.pop(sid, each)\n"),
    "behind and": (COOKIE, ASKED, LG + "    sid in SEEN and SESSIONS.pop(sid, None)\n"),
    "behind or": (COOKIE, ASKED, LG + "    OLD.get(sid) or SESSIONS.pop(sid, None)\n"),
    "of two values the other": (COOKIE, ASKED, LG + "    SESSIONS.pop(sid, None) if sid in SEEN else None\n"),
    "not called": (COOKIE, ASKED, LG + "    forget = lambda: SESSIONS.pop(sid, None)\n    return {}\n"),
    "not committed": (OWN_CONNECTION, "", deleting("    own.close()\n")),
    "rolled back": (OWN_CONNECTION, "", deleting("    own.rollback()\n    own.commit()\n")),
    "committed before":
        (OWN_CONNECTION, "", deleting("").replace("    own.exec", "    own.commit()\n    own.exec")),
}  # fmt: skip
ENDED_AT_ONCE: dict[str, Parts] = {
    "in a loop over all of them": (COOKIE, ASKED, LG + '''
    for key, row in list(SESSIONS.items()):
        if row["user"] == SESSIONS[sid]["user"]:
            del SESSIONS[key]
            break
'''),
    "where it is there": (COOKIE, ASKED, LG + "    if sid in SESSIONS:\n        del SESSIONS[sid]\n"),
    "the object that is meant":
        (STORES + KEPT_THERE, ASKED.replace("SESSIONS", "web"), LG + "    web.drop(sid)\n"),
    "the word that is looked for": (COOKIE,
        BLOCKED,
        LG + "    SESSIONS[sid]['state'] = 'blocked'\n"),
    "committed": (OWN_CONNECTION, "", deleting("    own.commit()\n    own.close()\n")),
    "through the connection of the process": (SQL.replace("    if row is None:", "    if not row:"), "", """
def logout(token: str = Cookie()):
    if db.execute("SELECT ends FROM sessions WHERE token = ?", (token,)).fetchone() is not None:
        db.execute("DELETE FROM sessions WHERE token = ?", (token,))
"""),
    "committed by with": (OWN_CONNECTION, "", '''
def logout(token: str = Cookie()):
    with sqlite3.connect(__file__ + ".db") as own:
        own.execute("DELETE FROM sessions WHERE token = ?", (token,))
'''),
}  # fmt: skip


@pytest.mark.parametrize("name", NOT_ENDED)
def test_what_does_not_end_it_is_not_called_immediate(name: str, tmp_path: Path) -> None:
    kind, accepted = said_and_seen(tmp_path, NOT_ENDED[name])
    assert accepted
    assert kind != "immediate"


@pytest.mark.parametrize("name", ENDED_AT_ONCE)
def test_what_ends_it_is(name: str, tmp_path: Path) -> None:
    assert said_and_seen(tmp_path, ENDED_AT_ONCE[name]) == ("immediate", False)
