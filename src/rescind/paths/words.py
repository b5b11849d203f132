"""How behaviours, times and ends are called where people read them."""

from __future__ import annotations

from rescind.paths.model import ENDS, Behaviour, Class, Route

HEADINGS: dict[Class, str] = {
    "immediate": "shut at once", "bounded": "shut after a while", "expiry": "open until it runs out",
    "never": "never shut", "unknown": "not known", "n/a": "open to anybody",
}  # fmt: skip
ENDED = dict(zip(ENDS, ("signed out", "disabled", "new password", "new role"), strict=True))
UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))
PROTECTED = {
    True: "protected",
    "conditional": "may be left out",
    None: "not known whether it is protected",
    False: "open to anybody",
}


def spoken(behaviour: Behaviour) -> str:
    """``at once``, ``30 min``, ``never``: how long a copy lives on."""
    if behaviour.kind in {"bounded", "expiry"}:
        return "until it ends" if behaviour.seconds is None else duration(behaviour.seconds)
    return {"immediate": "at once", "n/a": "-"}.get(behaviour.kind, behaviour.kind)


def duration(seconds: float) -> str:
    """In the largest unit that it is a whole number of, or nearly: ``15 min``, ``14 d``, ``2.5 h``."""
    for size, unit in UNITS:
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds:.3g} s"


def place(route: Route) -> str:
    """``shop/main.py:12``, or the endpoint where no line is known."""
    return f"{plain(route.file)}:{route.line}" if route.line else plain(route.endpoint)


def plain(text: str) -> str:
    """Text from elsewhere on one line: what does not print could move the cursor."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
