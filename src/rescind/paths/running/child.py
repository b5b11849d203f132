"""Runs in a process of its own: imports the application and prints what the framework says of it.

Usage: ``python -m rescind.paths.running.child TARGET``, the answer goes to the file descriptor in
``RESCIND_PATHS_FD``. Whatever the application prints is counted, not shown; whatever it connects to is named.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import sys
import traceback
from collections.abc import Callable
from typing import Any

from rescind.paths.running import django_settings, of_django, of_flask, of_starlette
from rescind.paths.running.callables import Table, name_of
from rescind.paths.running.hiding import hidden

MOST = 20
SETTINGS = "DJANGO_SETTINGS_MODULE"


class Misnamed(LookupError):
    """What was named is not there, or is no application: nothing is wrong with the application."""


def main() -> int:
    out = os.fdopen(int(os.environ.pop("RESCIND_PATHS_FD")), "w")
    gc.disable()  # what an application makes of itself stays, and looking for what does not takes time
    opened: list[str] = []
    sys.addaudithook(noting(opened))
    try:
        answer = answered(sys.argv[1])
    except BaseException as error:  # noqa: BLE001 - an application may raise anything, and may exit
        answer = {"error": said(error), "trace": place(error), "usage": isinstance(error, Misnamed)}
    answer["opened"] = sorted(set(opened))[:MOST]
    out.write(json.dumps(answer, default=str))
    out.close()
    os._exit(0)  # whatever threads it started


def noting(opened: list[str]) -> Callable[[str, Any], None]:
    def hook(event: str, args: Any) -> None:
        if event == "socket.connect":
            address = args[1]
            opened.append(":".join(map(str, address[:2])) if isinstance(address, tuple) else str(address))
        elif event == "socket.bind":
            if not is_probe(args[1]):
                opened.append("bind")
        elif event == "subprocess.Popen":
            opened.append(f"process {args[0]}")

    return hook


def is_probe(address: Any) -> bool:
    """A port that the system chooses: ``urllib3`` asks so whether there is IPv6, and listens to nothing."""
    return isinstance(address, tuple) and address[1:2] == (0,)


def answered(target: str) -> dict[str, Any]:
    name, _, attribute = target.partition(":")
    if not attribute and not os.environ.get(SETTINGS):
        os.environ[SETTINGS] = name  # should it be settings of Django: something may ask for them at once
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is not None and f"{name}.".startswith(f"{error.name}."):
            raise Misnamed(f"there is no module {error.name} here") from None
        raise
    if not attribute and is_settings(module):
        return of_settings(name, module)
    app = found_in(module, attribute)
    if is_django(app):
        return of_settings(os.environ.get(SETTINGS, ""), module)
    table = Table()
    framework = framework_of(app)
    if framework == "flask":
        extra: dict[str, Any] = {
            "settings": of_flask.settings_of(app),
            "hooks": of_flask.hooks_of(app, table),
        }
        routes = of_flask.routes_of(app, table)
    elif framework:
        routes = of_starlette.routes_of(app, table)
        extra = {"overridden": of_starlette.overridden_of(app, table)}
    else:
        known = "no application of FastAPI, Starlette or Flask, and no settings of Django"
        raise Misnamed(f"{target} is {name_of(type(app))}, {known}")
    return {
        "framework": framework, "routes": routes, "callables": table.rows,
        "file": getattr(module, "__file__", "") or "", **extra,
    }  # fmt: skip


def is_settings(module: Any) -> bool:
    """Whether it has what Django needs to answer requests."""
    return isinstance(getattr(module, "ROOT_URLCONF", None), str)


def is_django(app: Any) -> bool:
    """``mysite.wsgi:application`` and ``mysite.asgi:application``."""
    return any(name_of(each).startswith("django.core.handlers.") for each in type(app).__mro__)


def of_settings(name: str, module: Any) -> dict[str, Any]:
    """Of the Django that these settings are of."""
    os.environ[SETTINGS] = name
    importlib.import_module("django").setup()
    table = Table()
    routes = of_django.routes_of(table)
    return {
        "framework": "django", "routes": routes, "accounts": django_settings.accounts_of(table),
        "settings": django_settings.settings_of(), "callables": table.rows,
        "file": getattr(sys.modules.get(name, module), "__file__", "") or "",
    }  # fmt: skip


def found_in(module: Any, attribute: str) -> Any:
    """The application: by name, a factory called; without a name the only one that there is."""
    if attribute:
        thing: Any = module
        for part in attribute.removesuffix("()").split("."):
            if not hasattr(thing, part):
                raise Misnamed(f"{module.__name__} has no {attribute}")
            thing = getattr(thing, part)
        return thing() if not framework_of(thing) and callable(thing) else thing
    found = {name: value for name, value in vars(module).items() if framework_of(value)}
    different = {id(value): name for name, value in found.items()}
    if len(different) > 1:
        names = ", ".join(sorted(different.values()))
        raise Misnamed(
            f"several applications in {module.__name__}: {names}. Say which: {module.__name__}:NAME"
        )
    if not found:
        raise Misnamed(f"no application in {module.__name__}: say which, as in {module.__name__}:app")
    return next(iter(found.values()))


def framework_of(app: Any) -> str:
    """By its classes, without importing any framework."""
    names = {name_of(each) for each in type(app).__mro__} if not isinstance(app, type) else set()
    if "fastapi.applications.FastAPI" in names:
        return "fastapi"
    if "starlette.applications.Starlette" in names:
        return "starlette"
    return "flask" if "flask.app.Flask" in names else ""


def said(error: BaseException) -> str:
    if isinstance(error, Misnamed):
        return str(error)
    text = hidden(" ".join(str(error).split()))[:300]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def place(error: BaseException) -> list[Any]:
    frames = traceback.extract_tb(error.__traceback__)
    return [frames[-1].filename, frames[-1].lineno] if frames else ["", 0]


if __name__ == "__main__":
    sys.exit(main())
