"""Answers that are made once for a project, and kept with what else is known of it.

Rules ask the same of the same functions many times over. An answer is known by the function that makes it
and by what it is about, never by the module from which somebody asks. All of them take the `Look` first.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import wraps
from typing import Any, TypeVar, cast

from rescind.reading import Class, Function
from rescind.review.look import Look

Makes = TypeVar("Makes", bound=Callable[..., Any])


def once(make: Makes) -> Makes:
    """The answer about a project, or about whatever else is given: a function, a class, a name."""

    @wraps(make)
    def kept(look: Look, *about: Hashable, **named: Hashable) -> object:
        answers, key = look.shared.answers, key_of(make, about, named)
        if key not in answers:
            answers[key] = make(look, *about, **named)
        return answers[key]

    return cast("Makes", kept)


def once_here(make: Makes) -> Makes:
    """The answer about the module that is looked at."""

    @wraps(make)
    def kept(look: Look) -> object:
        answers, key = look.shared.answers, (make, look.module)
        if key not in answers:
            answers[key] = make(look)
        return answers[key]

    return cast("Makes", kept)


def in_circles(meanwhile: Callable[[], object]) -> Callable[[Makes], Makes]:
    """Below `once`, of what may come to ask for itself while it is made: it is told ``meanwhile()`` then.

    What others make of that on the way is kept for them: of a circle the answer depends on where it began.
    """

    def around(make: Makes) -> Makes:
        @wraps(make)
        def kept(look: Look, *about: Hashable, **named: Hashable) -> object:
            making, key = look.shared.making, key_of(make, about, named)
            if key in making:
                return meanwhile()
            making.add(key)
            try:
                return make(look, *about, **named)
            finally:
                making.discard(key)

        return cast("Makes", kept)

    return around


def key_of(make: object, about: tuple[Hashable, ...], named: dict[str, Hashable]) -> Hashable:
    """Definitions are known by their place in the source: two of one name are two."""
    where = tuple(each.node if isinstance(each, Function | Class) else each for each in about)
    return make, where, *named.items()
