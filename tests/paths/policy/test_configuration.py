"""What may be written into ``[paths]`` and ``[audiences]``; what is refused, and the nearest to it."""

from __future__ import annotations

import re
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.paths.maps import written

from rescind.errors import ConfigurationError
from rescind.paths.policy.configuration import KEYS, Policy, found_in, policy_of
from rescind.paths.policy.selector import Selector
from rescind.tooling.errors import ToolError

WHOLE = """
[settings]
realm = "r"

[paths]
target = "shop.main:app"
exclude = ["migrations"]
timeout = "10s"
baseline = "paths.json"
unprotected = "allowed"

[audiences]
enterprise = { path = "/enterprise/*" }
low-risk = ["/static/*", { endpoint = "shop.news.*", method = "get" }]

[[paths.rule]]
audience = ["admin", "enterprise"]
protected = true
revoke = "immediate"
disable = "15m"

[[paths.public]]
path = "/login"
method = "post"
reason = " people sign in here "

[[paths.excuse]]
rule = "unknown"
audience = "low-risk"
reason = "nothing to lose"
"""


def test_all_of_it(tmp_path: Path) -> None:
    found = written(tmp_path, WHOLE)
    assert (found.target, found.exclude, found.timeout) == ("shop.main:app", ("migrations",), 10.0)
    assert found.baseline == tmp_path / "paths.json"
    assert (found.unprotected, found.unknown) == ("allowed", "refused")
    assert [name for name, _ in found.audiences] == ["enterprise", "low-risk", "low-risk"]
    assert found.audiences[2][1] == Selector(endpoint=("shop.news.*",), method=("GET",))
    (rule,) = found.rules
    assert rule.protected and rule.selector.audience == ("admin", "enterprise")
    assert [(end, limit.text) for end, limit in rule.limits] == [
        ("on_revoke", "immediate"),
        ("on_account_disable", "within 15 min"),
    ]
    assert (found.public[0].reason, found.public[0].selector.method) == ("people sign in here", ("POST",))
    assert found.excuses[0].kind == "unknown"
    assert found_in(tmp_path) == found


def test_the_example_of_the_documentation(tmp_path: Path) -> None:
    page = Path(__file__).parents[3] / "docs" / "paths-gate.md"
    (block,) = re.findall(r"```toml\n(.*?)```", page.read_text(), re.DOTALL)
    found = written(tmp_path, block)
    assert (len(found.rules), len(found.public), len(found.excuses), len(found.audiences)) == (2, 1, 1, 3)


def test_pyproject_too_and_nothing_at_all(tmp_path: Path) -> None:
    assert found_in(tmp_path) == Policy()
    (tmp_path / "pyproject.toml").write_text('[tool.rescind.audiences]\nenterprise = "/e/*"\n')
    assert found_in(tmp_path).audiences == (("enterprise", Selector(path=("/e/*",))),)
    assert policy_of(tmp_path / "pyproject.toml") == found_in(tmp_path)
    (tmp_path / "rescind.toml").write_text("[paths]\ntarget = 'a:b'\n")
    assert (found_in(tmp_path).target, found_in(tmp_path).audiences) == ("a:b", ())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[paths]\nbaselin = 'x'", r"unknown key 'baselin' in \[paths\]; did you mean baseline\?"),
        ("[paths]\ntarget = 1", "target in .*write a text"),
        ("[paths]\nexclude = [1]", "exclude in .*a text, or a list"),
        ("[paths]\ntimeout = 0", "timeout in .*longer than zero"),
        ("[paths]\ntimeout = 'soon'", "timeout in .*is no duration"),
        ("[paths]\nunknown = 'ignored'", "unknown in .*refused.*allowed"),
        ("[paths]\nrule = 1", r"write rule as tables: \[\[paths.rule\]\]"),
        (
            "[[paths.rule]]\nrevok = 'immediate'",
            r"unknown key 'revok' in \[\[paths.rule\]\] 1; did you mean rev",
        ),
        ("[[paths.rule]]\npath = '/a'", "demands nothing.*protected = true"),
        ("[[paths.rule]]\nprotected = 'yes'", "protected is true or false"),
        ("[[paths.rule]]\nrevoke = 'fast'", "revoke: write .immediate., a duration"),
        ("[[paths.rule]]\naudience = 'admn'\nrevoke = '1m'", "no audience 'admn'; did you mean admin?"),
        ("[[paths.rule]]\npath = []\nrevoke = '1m'", "path is empty: it would fit nothing"),
        ("[[paths.public]]\npath = '/a'", r"\[\[paths.public\]\] 1: say why, with reason"),
        ("[[paths.public]]\npath = '/a'\nreason = ' '", "say why"),
        ("[[paths.public]]\nreason = 'x'", "say of which routes"),
        ("[[paths.excuse]]\npath = '/a'\nreason = 'x'", "rule is what is excused: one of unknown, too-slow"),
        ("[[paths.excuse]]\npath = '/a'\nreason = 'x'\nrule = 'unprotected'", "rule is what is excused"),
        ("[[paths.excuse]]\npath = '/a'\nreason = 'x'\nrule = 'worse'\nuntil = '2027'", "until is a day"),
        (
            "[[paths.excuse]]\npath = '/a'\nreason = 'x'\nrule = 'worse'\nuntil = 2027-01-01T00:00:00",
            "until is a day",
        ),
        ("[[paths.public]]\npath = '/a'\nreason = 'x'\nuntil = 2027-01-31", "unknown key 'until'"),
        ("[audiences]\nAdmin = '/a'", r"\[audiences.Admin\]: name an audience in small letters"),
        ("[audiences]\nadmin = 1", r"\[audiences.admin\]: write a pattern of paths, or a table"),
        ("[audiences]\nadmin = { pth = '/a' }", "unknown key 'pth'.*did you mean path"),
        ("[audience]\nx = '/x'", "unknown key 'audience' in the file; did you mean audiences?"),
        ("=", "is no TOML"),
    ],
)
def test_what_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises((ToolError, ConfigurationError), match=f"(?s)rescind.toml.*{said}"):
        written(tmp_path, text + "\n")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="there is no such file"):
        policy_of(tmp_path / "rescind.toml")
    (tmp_path / "rescind.toml").mkdir()
    with pytest.raises(ToolError, match="cannot be read"):
        policy_of(tmp_path / "rescind.toml")


VALUES = ["1", "-1", '""', '"x"', "[]", '["a"]', "[[1]]", "[{}]", "{}", "true", "1979-05-27", "nan", "["]
WRITTEN = st.lists(st.tuples(st.sampled_from([*KEYS, "x"]), st.sampled_from(VALUES)), max_size=4)


@settings(max_examples=40)
@given(
    st.binary(max_size=80)
    | WRITTEN.map(lambda rows: ("[paths]\n" + "".join(f"{key} = {value}\n" for key, value in rows)).encode())
)
def test_whatever_is_in_the_file(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "rescind.toml").write_bytes(data)
        with suppress(ToolError, ConfigurationError):
            assert isinstance(policy_of(Path(name) / "rescind.toml"), Policy)
