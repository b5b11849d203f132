"""What stands before a route, as plain values: where each function is written, and what it is made of."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

PLAIN = (str, int, float, bool, type(None))
DEEPEST = 12
READ = {"role", "name", "max_age", "auto_error", "credential", "optional", "refresh", "verify_type",
        "skip_revocation_check", "active", "superuser", "verified"}  # fmt: skip
"""Options that the map reads; of all others no more is told than that they are there."""


class Table:
    """Callables by number, each described once: ten thousand routes often stand behind the same few."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self._numbers: dict[int, int] = {}
        self._kept: list[Any] = []  # an id is only unique while its object lives

    def number(self, call: Any, below: list[int] | None = None) -> int:
        """Of a callable; ``below`` are those that run before it and give it what it needs."""
        key = id(call) if not below else hash((id(call), tuple(below)))
        if key not in self._numbers:
            self._kept.append(call)
            self._numbers[key] = len(self.rows)
            self.rows.append({})
            row = describe(call)
            wrapped = getattr(bare_of(call), "__wrapped__", None)
            row["wraps"] = self.number(wrapped) if callable(wrapped) else None
            row["below"] = [*(below or []), *(self.number(each) for each in inside(call))]
            row |= asked_of(call, self.number)
            self.rows[self._numbers[key]] = row
        return self._numbers[key]


def describe(call: Any) -> dict[str, Any]:
    """Name, place, class and plain attributes of a callable."""
    bare = bare_of(call)
    made = {"name": name_of(bare), "file": "", "line": 0, "class": "", "options": {}}
    if not (inspect.isroutine(bare) or inspect.isclass(bare)):
        kind = type(bare)
        made["class"] = name_of(kind)
        made["bases"] = [name_of(each) for each in kind.__mro__]
        made["options"] = options_of(bare)
        bare = getattr(kind, "__call__", None)  # noqa: B004 - the function behind the object, not whether it is there
    code = (
        getattr(inspect.unwrap(bare, stop=lambda f: hasattr(f, "__code__")), "__code__", None)
        if bare
        else None
    )
    if code is not None:
        made["file"], made["line"] = code.co_filename, code.co_firstlineno
        made["made_by"] = code.co_qualname.partition(".<locals>")[0]
    impl = getattr(bare, "__func_impl__", None)  # of makefun, which fastapi-users makes its dependencies with
    if inspect.isfunction(impl) and name_of(bare).startswith("fastapi_users."):
        made["options"] = plain(held_by(impl), 1)
    elif inspect.isfunction(bare) and bare is bare_of(call):
        made["options"] = plain(held_by(bare), 1)
    if inspect.isclass(bare):
        made["bases"] = [name_of(each) for each in bare.__mro__]
        made["file"], made["line"] = class_place(bare)
    return made


def class_place(cls: type) -> tuple[str, int]:
    try:
        return inspect.getsourcefile(cls) or "", inspect.getsourcelines(cls)[1]
    except (OSError, TypeError):
        return "", 0


def bare_of(call: Any) -> Any:
    """Without ``functools.partial`` around it, and as a function rather than a method."""
    for _ in range(DEEPEST):
        if isinstance(call, functools.partial):
            call = call.func
        elif inspect.ismethod(call):
            call = call.__func__
        else:
            break
    return call


def name_of(thing: Any) -> str:
    module = getattr(thing, "__module__", None) or type(thing).__module__
    name = (
        getattr(thing, "__qualname__", None) or getattr(thing, "__name__", None) or type(thing).__qualname__
    )
    return f"{module}.{name}".replace(".<locals>", "")


def inside(call: Any) -> list[Any]:
    """The functions that a decorator has around itself: what it wraps, and what its closure holds."""
    bare = bare_of(call)
    found = []
    wrapped = getattr(bare, "__wrapped__", None)
    if callable(wrapped):
        found.append(wrapped)
    for cell in getattr(bare, "__closure__", None) or ():
        try:
            held = cell.cell_contents
        except ValueError:
            continue
        if not answers(held):
            continue
        if (inspect.isfunction(held) or inspect.ismethod(held)) and held is not call and held not in found:
            found.append(held)
    return found


def asked_of(call: Any, number: Callable[[Any], int]) -> dict[str, Any]:
    """What Flask-HTTPAuth asks behind a decorator, of each scheme the functions that it was given; of
    Flask-Security what is accepted; of Authlib who validates."""
    bare = bare_of(call)
    if inspect.isfunction(bare) and "/flask_security/" in bare.__code__.co_filename.replace("\\", "/"):
        given = (bare.__kwdefaults__ or {}).get("auth_methods", ())
        return {"methods": [each if isinstance(each, str) else None for each in given or ()]}
    if inspect.isfunction(bare) and "/authlib/" in bare.__code__.co_filename.replace("\\", "/"):
        return validated_by(dict(held_by(bare)).get("self"), number)
    if not inspect.isfunction(bare) or "flask_httpauth" not in bare.__code__.co_filename:
        return {}
    auth = dict(held_by(bare)).get("self")
    schemes = [getattr(auth, "main_auth", auth), *getattr(auth, "additional_auths", ())]
    return {
        "asks": [
            {"kind": type(each).__name__.removeprefix("HTTP").removesuffix("Auth").lower(),
             "header": None if each.header == "Authorization" else each.header,
             "functions": [number(made) for name in ("verify_token", "verify_password")
                           if callable(made := getattr(each, f"{name}_callback", None))]}
            for each in schemes if hasattr(each, "scheme")
        ]
    }  # fmt: skip


def validated_by(protector: Any, number: Callable[[Any], int]) -> dict[str, Any]:
    """Of Authlib the function that finds a token, and the one that then validates it, if there is one kind of
    token."""
    validators = getattr(protector, "_token_validators", {})
    if list(validators) != ["bearer"]:
        return {}
    kind = type(validators["bearer"])
    return {"finds": number(kind.authenticate_token), "validates": name_of(kind.validate_token)}


def answers(thing: Any) -> bool:
    """Whether it can be asked for anything: a proxy such as Flask's ``session`` cannot, outside of a
    request."""
    try:
        hasattr(thing, "total_seconds")
    except Exception:  # noqa: BLE001 - whatever it raises
        return False
    return True


def held_by(function: Any) -> list[tuple[str, Any]]:
    """What the closure of a function holds, by name; functions in it are ``inside``."""
    found = []
    names = function.__code__.co_freevars
    for name, cell in zip(names, function.__closure__ or (), strict=True):
        try:
            found.append((name, cell.cell_contents))
        except ValueError:
            continue
    return found


def options_of(thing: Any, depth: int = 2) -> dict[str, Any]:
    """Attributes that are plain; of objects in them their class and theirs. What nobody reads is left out: it
    may be secret."""
    try:
        return plain(list(vars(thing).items()), depth)
    except TypeError:
        slots = getattr(type(thing), "__dataclass_fields__", ())
        return plain([(name, getattr(thing, name, None)) for name in slots], depth)


def plain(items: list[tuple[str, Any]], depth: int) -> dict[str, Any]:
    """Those that are plain; see ``options_of``."""
    made: dict[str, Any] = {}
    for name, value in items[:60]:
        if not answers(value):
            continue
        key = name.lstrip("_")
        if isinstance(value, PLAIN):
            made[key] = value if key in READ else value is not None
        elif hasattr(value, "total_seconds"):
            made[key] = value.total_seconds()
        elif (
            depth
            and not inspect.isroutine(value)
            and not inspect.isclass(value)
            and not inspect.ismodule(value)
        ):
            made[key] = {"class": name_of(type(value)), **options_of(value, depth - 1)}
    return made
