"""Authlib: what the map says of each application, held against what it does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.paths.packaged.corpus import FOLDER, held, part, places, routes_of, seen, told

from rescind.paths.map import draw
from rescind.paths.model import Credential, Map

UNDECIDED = "authlib_own_validation"
CORPUS = [each for each in part("authlib_") if each.stem != UNDECIDED]


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[None]:
    with places(tmp_path):
        yield


@pytest.mark.long
@pytest.mark.usefixtures("kept")
def test_the_map_agrees_with_each(record_property: Callable[[str, object], None]) -> None:
    rows = [row for path in CORPUS for row in held(path)]
    record_property("measured", told(rows, len(CORPUS)))
    assert [row for row in rows if not row[-1]] == []


@pytest.mark.long
@pytest.mark.usefixtures("kept")
def test_own_validation_is_unknown() -> None:
    """Here it does not look at what signing out writes."""
    path = FOLDER / f"{UNDECIDED}.py"
    assert seen(path)["on_revoke"].kind == "never"
    assert {of_me(draw(each, FOLDER)).on_revoke.kind for each in (f"{UNDECIDED}:app", path.name)} == {
        "unknown"
    }


@pytest.mark.long
@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_reading_alone_says_the_same(path: Path) -> None:
    assert routes_of(draw(f"{path.stem}:app", path.parent)) == routes_of(draw(path.name, path.parent))


def drawn(folder: Path, *changed: tuple[str, str]) -> Map:
    text = (FOLDER / "authlib_own.py").read_text(encoding="utf-8")
    for before, after in changed:
        assert before in text
        text = text.replace(before, after)
    (folder / "shop.py").write_text(text)
    return draw("shop.py", folder)


def of_me(found: Map) -> Credential:
    (route,) = [each for each in found.routes if each.path == "/me"]
    return found.credentials[route.accepts[0]]


def test_a_row_that_is_marked_is_refused(tmp_path: Path) -> None:
    found = drawn(tmp_path)
    assert (of_me(found).mechanism, of_me(found).on_revoke.kind) == ("oauth_bearer", "immediate")
    assert [each.protected for each in found.routes if each.path == "/me"] == [True]


FLAG = "return self.revoked"
FOUND = "return Token.query.filter_by(access_token=token_string).first()"


@pytest.mark.parametrize(
    "changed",
    [
        [(FLAG, "return False")],
        [(FLAG, "return self.revoked and app.config['STRICT']")],
        [(FLAG, "return not self.revoked")],
        [(FOUND, "return SHARED.get(token_string)")],
        [(FOUND, FOUND.replace("return ", "return Token() if request.args else "))],
        [("current_token.revoked = True", "current_token.revoked = False")],
        [("current_token.revoked = True", "current_token.revoked = request.args['now']")],
        [("db.session.commit()\n    return \"\"", "return \"\"")],
    ],
    ids=["never", "a switch", "turned", "elsewhere", "another row", "unmarked", "whatever", "not committed"],
)  # fmt: skip
def test_what_is_not_certain_is_not_shut_at_once(tmp_path: Path, changed: list[tuple[str, str]]) -> None:
    assert of_me(drawn(tmp_path, *changed)).on_revoke.kind in {"unknown", "never", "expiry"}


@pytest.mark.parametrize(
    "changed",
    [
        [("require_oauth.register_token_validator(Validator())", "register(require_oauth)")],
        [("class Validator(BearerTokenValidator):", "class Validator(shared.Validator):")],
        [("@require_oauth()\ndef me():", "def me():\n    with require_oauth.acquire('a') as token: ...")],
    ],
    ids=["registered elsewhere", "another class", "in the body"],
)  # fmt: skip
def test_who_is_not_known_to_validate_is_unknown(tmp_path: Path, changed: list[tuple[str, str]]) -> None:
    """Never open."""
    found = drawn(tmp_path, *changed)
    assert of_me(found).on_revoke.kind == "unknown"
    assert [each.protected for each in found.routes if each.path == "/me"] == [None]


def test_it_may_be_left_out(tmp_path: Path) -> None:
    found = drawn(tmp_path, ("@require_oauth()\ndef me", "@require_oauth(optional=True)\ndef me"))
    assert [each.protected for each in found.routes if each.path == "/me"] == ["conditional"]
