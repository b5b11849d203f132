"""Where settings come from: options, ``--app``, environment, rescind.toml, pyproject.toml; the first wins."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from rescind.config import FIELD_NAMES, Settings
from rescind.errors import ConfigurationError

if TYPE_CHECKING:
    from rescind.engine import Rescind

PREFIX = "RESCIND_"
NO_SETTINGS = frozenset({"RESCIND_PASSWORD", "RESCIND_DEMO_INSTALL_SECONDS"})
"""Variables of ours that are no settings."""
SECTIONS = frozenset({"audiences", "paths", "review"})
"""Tables beside the settings in ``[tool.rescind]``, which commands of their own read."""
ID_TYPES: Mapping[str, type[int | str | UUID]] = {"str": str, "int": int, "uuid": UUID}
DEFAULTS = {one.name: one.default for one in fields(Settings)}
YES, NO = frozenset({"1", "true", "yes", "on"}), frozenset({"0", "false", "no", "off"})


@dataclass(frozen=True, slots=True)
class Found:
    """What was found.

    Attributes:
        values: settings as somebody wrote them, by name.
        origins: where each of them came from, in words.
        app: the engine object that ``--app`` names.
        strays: environment variables that look like a setting and are none, with the nearest name.
        loaded: the same object as ``app``, also where an option has changed what it would do.
    """

    values: Mapping[str, Any] = field(repr=False)
    origins: Mapping[str, str]
    app: Rescind[Any] | None = None
    strays: tuple[str, ...] = ()
    loaded: Rescind[Any] | None = None


def find(
    *,
    url: str | None,
    app: str | None,
    realm: str | None,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> Found:
    """Look everywhere; nothing is opened.

    Args:
        url, app, realm: the options, ``None`` where not given.
        environment: default ``os.environ``.
        folder: where rescind.toml and pyproject.toml are looked for; default the current folder, never above
            it, so that a relative database path means the same in both.

    Raises:
        ConfigurationError: a source cannot be read or names an unknown setting.
    """
    environment = os.environ if environment is None else environment
    folder = folder or Path()
    engine = None if app is None else load(app)
    layers: list[tuple[str, Mapping[str, Any]]] = [
        *(
            (f"--{name}", {name: value})
            for name, value in (("url", url), ("realm", realm))
            if value is not None
        )
    ]
    if engine is not None:
        layers.append((f"--app {app}", {name: getattr(engine.settings, name) for name in FIELD_NAMES}))
    from_environment, strays = read_environment(environment)
    layers += [(f"{PREFIX}{name.upper()}", {name: value}) for name, value in from_environment.items()]
    layers += read_files(folder)
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for origin, layer in layers:
        for name, value in layer.items():
            if name not in values:
                values[name], origins[name] = value, origin
    if "principal_id" in values:
        values["principal_id"] = _id_type(values["principal_id"], origins["principal_id"])
    if values.get("idle") == "none":
        values["idle"] = None
    own = engine is not None and url is None and realm is None
    return Found(values, origins, engine if own else None, strays, engine)


def load(reference: str) -> Rescind[Any]:
    """The engine object ``module:name``; the current folder is searched first, as servers do.

    Raises:
        ConfigurationError: there is no such module or object, or it is no engine.
    """
    from rescind.engine import Rescind

    module_name, colon, name = reference.partition(":")
    if not (module_name and colon and name):
        raise ConfigurationError(f"--app {reference}: write MODULE:NAME, for example --app shop.main:auth")
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        missing = error.name or module_name
        ours = module_name == missing or module_name.startswith(f"{missing}.")
        what = "no such module here" if ours else f"it needs the module {missing}, which is not installed"
        raise ConfigurationError(f"--app {reference}: {what}") from error
    found: Any = module
    for part in name.split("."):
        found = getattr(found, part, None)
    if _is_of_flask(found):
        raise ConfigurationError(
            f"--app {reference}: the engine of a Flask application belongs to the application: "
            f"run `flask --app {module_name} rescind` and the command"
        )
    if not isinstance(found, Rescind):
        what = "is not there" if found is None else f"is a {type(found).__name__}"
        raise ConfigurationError(f"--app {reference}: {name} {what}; name the Rescind object")
    return found


def _is_of_flask(found: object) -> bool:
    """Whether it is a Flask application, or the handle of ``rescind.flask``; asked without loading either."""
    return any(one.__module__.startswith(("flask.", "rescind.flask.")) for one in type(found).__mro__)


def read_environment(environment: Mapping[str, str]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Settings among the variables, and those that only look like one. An empty variable is none."""
    values: dict[str, Any] = {}
    strays = []
    for variable, text in sorted(environment.items()):
        if not variable.startswith(PREFIX) or variable in NO_SETTINGS or not text:
            continue
        name = variable.removeprefix(PREFIX).lower()
        if name in FIELD_NAMES and variable == variable.upper():
            values[name] = _typed(name, text, variable)
        else:
            near = get_close_matches(name, FIELD_NAMES, 1)
            strays.append(f"{variable}" + (f" (did you mean {PREFIX}{near[0].upper()}?)" if near else ""))
    return values, tuple(strays)


def read_files(folder: Path) -> list[tuple[str, Mapping[str, Any]]]:
    """``[settings]`` of rescind.toml, then ``[tool.rescind]`` of pyproject.toml, where they exist."""
    layers: list[tuple[str, Mapping[str, Any]]] = []
    for name, keys in (("rescind.toml", ("settings",)), ("pyproject.toml", ("tool", "rescind"))):
        table = _table(folder / name, keys)
        if table:
            table = {key: value for key, value in table.items() if key not in SECTIONS}
            for key in table:
                if key not in FIELD_NAMES:
                    near = get_close_matches(key, FIELD_NAMES, 1)
                    hint = f"; did you mean {near[0]}?" if near else ""
                    raise ConfigurationError(f"{name}: unknown setting {key!r} in [{'.'.join(keys)}]{hint}")
            layers.append((name, table))
    return layers


def _table(path: Path, keys: tuple[str, ...]) -> Mapping[str, Any]:
    # Not is_file(): in a folder that this user may not enter (sudo from another's home) that raises, and the
    # files there are not meant.
    if not os.path.isfile(path):  # noqa: PTH113
        return {}
    import tomllib

    try:
        table: Any = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise ConfigurationError(f"{path.name} cannot be read: {error}") from error
    for key in keys:
        table = table.get(key, {})
        if not isinstance(table, dict):
            raise ConfigurationError(f"{path.name}: [{'.'.join(keys)}] must be a table")
    found: Mapping[str, Any] = table
    return found


def _typed(name: str, text: str, variable: str) -> Any:
    """The value that a variable's text stands for, by the type of the setting's default."""
    default = DEFAULTS[name]
    if name == "secret":
        return text  # several are separated by spaces
    if isinstance(default, bool):
        if text.lower() not in YES | NO:
            raise ConfigurationError(f"{variable}={text!r}: write 1 or 0")
        return text.lower() in YES
    if isinstance(default, int):
        try:
            return int(text)
        except ValueError as error:
            raise ConfigurationError(f"{variable}={text!r}: write a whole number") from error
    if isinstance(default, float):
        return _duration(text)
    if isinstance(default, tuple):
        return [part.strip() for part in text.split(",") if part.strip()]
    return text


def _duration(text: str) -> Any:
    """``"5m"`` as it is, ``"1.5"`` as seconds."""
    try:
        return float(text)
    except ValueError:
        return text


def _id_type(value: Any, origin: str) -> Any:
    if not isinstance(value, str):
        return value
    if value.lower() not in ID_TYPES:
        raise ConfigurationError(f"principal_id={value!r} ({origin}): one of {', '.join(ID_TYPES)}")
    return ID_TYPES[value.lower()]


def effective(found: Found) -> dict[str, Any]:
    """Every setting with its value as written, or its default; ``None`` for a missing url."""
    return {
        name: found.values.get(name, None if DEFAULTS[name] is MISSING else DEFAULTS[name])
        for name in FIELD_NAMES
    }
