"""Which credential of a route is in the copy, and which end of the map an end of the plan is."""

from __future__ import annotations

import msgspec
import pytest
from tests.paths.maps import AT_ONCE, HOUR, NEVER, credential, drawn, route

from rescind.drill.plan import Copy, End, Step
from rescind.predicted.prediction import end_of, predicted

SID = credential("cookie:sid", AT_ONCE, mechanism="session_db", password=NEVER)
BEARER = credential("bearer 2", HOUR)
SESSION = credential("session", NEVER, mechanism="session_signed_cookie")
REMEMBER = credential("remember", HOUR, mechanism="remember_cookie")
KEY = credential("header:x-api-key", NEVER)
OURS = credential("rescind", AT_ONCE, mechanism="rescind")
ALL = (SID, BEARER, SESSION, REMEMBER, KEY, OURS)
TOKEN = Copy(header="Authorization", value="Bearer {token}")


@pytest.mark.parametrize(
    ("copy", "accepted", "kind"),
    [
        (Copy(cookies=("sid",)), (SID, BEARER), "immediate"),
        (Copy(cookies=("other",)), (SID, BEARER), None),
        (TOKEN, (SID, BEARER), "expiry"),
        (TOKEN, (SID,), None),
        (TOKEN, (OURS,), "immediate"),
        (Copy(cookies=("session",)), (SESSION, REMEMBER), "never"),
        (Copy(cookies=("remember_token",)), (SESSION, REMEMBER), "never"),
        (Copy(header="X-API-Key", value="{key}"), (KEY, BEARER), "never"),
        (Copy(cookies=("__Host-rescind",)), (OURS,), "immediate"),
    ],
)
def test_the_copy_among_what_a_route_accepts(
    copy: Copy, accepted: tuple[object, ...], kind: str | None
) -> None:
    me = route("/me", *accepted)  # type: ignore[arg-type]
    found = predicted(me, drawn(me, credentials=ALL), copy, "on_revoke")
    assert (found and found.kind) == kind


@pytest.mark.parametrize(
    ("name", "method", "path", "end"),
    [
        ("sign out", "post", "/x", "on_revoke"),
        ("log out", "post", "/x", "on_revoke"),
        ("sign out everywhere", "post", "/x", "on_revoke"),
        ("disable the account", "post", "/x", "on_account_disable"),
        ("new password", "post", "/x", "on_password_change"),
        ("what they do", "post", "/logout", "on_revoke"),
        ("bye", "delete", "/sessions/1", "on_revoke"),
        ("what they do", "post", "/x", None),
    ],
)
def test_ends_by_name_then_by_path(name: str, method: str, path: str, end: str | None) -> None:
    step = msgspec.convert({method: path}, Step)
    assert end_of(End(name=name, steps=(step,))) == end
