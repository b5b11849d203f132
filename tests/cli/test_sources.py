"""Where settings come from, and in which order."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tests.cli.shell import Shell

from rescind import ConfigurationError
from rescind.cli.sources import Found, find
from rescind.config import FIELD_NAMES, make_settings
from rescind.testing.processes import in_a_child

APP = """
from rescind import Rescind

auth = Rescind("sqlite:///of-app.db", realm="of-app", principal_id=int, lease="2s")
class site:
    inner = auth
nothing = 7
"""


@pytest.fixture
def module(folder: Path) -> Iterator[str]:
    """A module with an engine in the current folder."""
    (folder / "shop_site.py").write_text(APP)
    yield "shop_site"
    sys.modules.pop("shop_site", None)


def found(environment: dict[str, str] | None = None, **options: str | None) -> Found:
    given: dict[str, Any] = {"url": None, "app": None, "realm": None} | options
    return find(**given, environment=environment or {})


def test_each_source_goes_before_the_next(folder: Path, module: str) -> None:
    (folder / "pyproject.toml").write_text('[tool.rescind]\nurl = "of-pyproject"\nrealm = "of-pyproject"')
    assert found().values["url"] == "of-pyproject"
    (folder / "rescind.toml").write_text('[settings]\nurl = "of-rescind-toml"')
    assert found().values["url"] == "of-rescind-toml"
    environment = {"RESCIND_URL": "of-environment"}
    assert found(environment).values["url"] == "of-environment"
    by_app = found(environment, app=f"{module}:auth")
    assert by_app.values["url"] == "sqlite:///of-app.db"
    assert by_app.app is not None
    by_option = found(environment, app=f"{module}:auth", url="of-option")
    assert (by_option.values["url"], by_option.values["realm"]) == ("of-option", "of-app")
    assert by_option.app is None


def test_settings_of_several_sources_are_put_together(folder: Path) -> None:
    (folder / "pyproject.toml").write_text('[tool.rescind]\nlease = "3s"\nrealm = "r1"')
    (folder / "rescind.toml").write_text('[settings]\nrealm = "r2"')
    all_of_it = found({"RESCIND_URL": "memory://"})
    assert all_of_it.values == {"url": "memory://", "realm": "r2", "lease": "3s"}
    assert all_of_it.origins == {
        "url": "RESCIND_URL",
        "realm": "rescind.toml",
        "lease": "pyproject.toml",
    }


def test_every_setting_can_be_a_variable(folder: Path) -> None:
    environment = {
        "RESCIND_URL": "memory://",
        "RESCIND_SESSION_MODEL": "jwt",
        "RESCIND_PRINCIPAL_ID": "uuid",
        "RESCIND_REALM": "shop",
        "RESCIND_LEASE": "0.5",
        "RESCIND_ABSOLUTE": "12h",
        "RESCIND_IDLE": "none",
        "RESCIND_REREAD_EVERY": "30s",
        "RESCIND_KEEP_ENDED": "2d",
        "RESCIND_MAX_CACHED": "10",
        "RESCIND_MAX_INDEX_ENTRIES": "11",
        "RESCIND_STREAM_GRACE": "1s",
        "RESCIND_AUTHORITY_TIMEOUT": "1s",
        "RESCIND_HASH_QUEUE": "0",
        "RESCIND_HASH_DEADLINE": "1s",
        "RESCIND_COOKIE": "dev",
        "RESCIND_PRODUCTION": "no",
        "RESCIND_SIGN_IN_URL": "/in",
        "RESCIND_TRUSTED_ORIGINS": "https://a.example, https://b.example",
        "RESCIND_TRUSTED_PROXIES": "10.0.0.0/8",
        "RESCIND_ALLOW_SYNC_ON_LOOP": "1",
        "RESCIND_SECRET": "newest older,with,commas",
        "RESCIND_SIGNING_KEYS": "a.pem, b.pem",
        "RESCIND_ACCESS_LIFE": "10m",
        "RESCIND_REFRESH_GRACE": "10",
        "RESCIND_ISSUER": "https://shop.example",
        "RESCIND_AUDIENCE": "https://api.example",
    }
    redis = {"RESCIND_REDIS": "redis://localhost:6379/1"}  # has no place beside memory
    assert {name.removeprefix("RESCIND_").lower() for name in environment | redis} == set(FIELD_NAMES)
    assert found(redis).values == {"redis": "redis://localhost:6379/1"}
    values = dict(found(environment).values)
    settings = make_settings(values.pop("url"), **values)
    assert (settings.principal_id, settings.lease, settings.absolute, settings.idle) == (
        UUID,
        0.5,
        43200,
        None,
    )
    assert (settings.max_cached, settings.production, settings.allow_sync_on_loop) == (10, False, True)
    assert settings.trusted_origins == ("https://a.example", "https://b.example")
    assert settings.secret == ("newest", "older,with,commas")
    assert settings.signing_keys == ("a.pem", "b.pem")
    assert (settings.access_life, settings.refresh_grace) == (600, 10)
    assert (settings.token_issuer, settings.token_audience) == ("https://shop.example", "https://api.example")


def test_empty_variable_is_none() -> None:
    assert found({"RESCIND_URL": ""}).values == {}


def test_variable_that_is_no_setting_is_told_with_the_nearest() -> None:
    strays = found({"RESCIND_LEASES": "1", "RESCIND_PASSWORD": "x", "rescind_url": "y"}).strays
    assert strays == ("RESCIND_LEASES (did you mean RESCIND_LEASE?)",)


@pytest.mark.parametrize(
    ("variable", "value"),
    [("RESCIND_MAX_CACHED", "many"), ("RESCIND_PRODUCTION", "perhaps"), ("RESCIND_PRINCIPAL_ID", "float")],
)
def test_variable_that_cannot_be_read(variable: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=value):
        found({variable: value})


@pytest.mark.parametrize("name", ["rescind.toml", "pyproject.toml"])
@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[{section}]\nleese = 1", "did you mean lease"),
        ("[{section}]\nurl", "cannot be read"),
        ("\xff", "cannot be read"),
    ],
)
def test_file_that_cannot_be_used(folder: Path, shell: Shell, name: str, text: str, says: str) -> None:
    section = "settings" if name == "rescind.toml" else "tool.rescind"
    (folder / name).write_bytes(text.format(section=section).encode("latin-1"))
    done = shell("sessions --all")
    assert done.code == 2
    assert name in done.err and says in done.err and done.err.count("\n") == 1


def test_section_that_is_no_table(folder: Path) -> None:
    (folder / "pyproject.toml").write_text('[tool]\nrescind = "yes"')
    with pytest.raises(ConfigurationError, match=r"\[tool.rescind\] must be a table"):
        found()


def test_other_sections_are_left_to_others(folder: Path) -> None:
    (folder / "rescind.toml").write_text("[paths]\nwhatever = 1")
    assert found().values == {}


def test_folder_that_this_user_may_not_enter(folder: Path) -> None:
    """``sudo -u www-data rescind revoke ...`` typed in the home of an administrator."""
    (folder / "rescind.toml").write_text('[settings]\nurl = "of-somebody-else"')
    folder.chmod(0)

    def look() -> bool:
        if os.geteuid() == 0:
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
        return found({"RESCIND_URL": "memory://"}).values == {"url": "memory://"}

    try:
        in_a_child(look)
    finally:
        folder.chmod(0o700)


def test_files_above_the_folder_are_not_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "rescind.toml").write_text('[settings]\nurl = "above"')
    (folder / "below").mkdir()
    monkeypatch.chdir(folder / "below")
    assert found().values == {}


@pytest.mark.parametrize(
    ("reference", "says"),
    [
        ("shop_site", "MODULE:NAME"),
        (":auth", "MODULE:NAME"),
        ("no_such_site:auth", "no such module"),
        ("shop_site.sub:auth", "no such module"),
        ("shop_site:missing", "is not there"),
        ("shop_site:nothing", "is a int"),
        ("broken_site:auth", "needs the module no_such_package"),
    ],
)
def test_app_that_is_none(folder: Path, module: str, reference: str, says: str) -> None:
    (folder / "broken_site.py").write_text("import no_such_package")
    with pytest.raises(ConfigurationError, match=says):
        found(app=reference)


def test_app_in_a_place_inside_the_module(module: str) -> None:
    assert found(app=f"{module}:site.inner").app is not None


def test_ids_of_the_app_are_of_its_type(folder: Path, module: str) -> None:
    shell = Shell()
    shell("db upgrade --url sqlite:///of-app.db")
    done = shell.process(f"revoke --yes --reason r --app {module}:auth --principal ada")
    assert done.code == 2
    assert "ids are int here" in done.err
    assert shell.process(f"revoke --yes --reason r --app {module}:auth --principal 7").code == 4
