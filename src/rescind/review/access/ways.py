"""What the names, the verbs and the paths of handlers say of them."""

from __future__ import annotations

from rescind.reading import Function, unparsed
from rescind.review.naming.words import words_of

AROUND = frozenset(
    ["by", "all", "new", "one", "my", "the", "for", "of", "id", "view", "api", "v1", "v2", "int", "str",
     "number", "pk", "uuid", "path"]
)  # fmt: skip


def things(function: Function, paths: list[str]) -> frozenset[str]:
    """What a handler is about: ``item`` of ``delete_menu_item`` and of ``/items/{id}/price``."""
    words = set(words_of(function.name)[1:])
    for path in paths:
        fixed = [part for part in path.strip("/").split("/") if part[:1] not in {"{", "<", ":"}]
        if len(fixed) > 1 and fixed[-1].endswith("s"):
            fixed = fixed[-1:]  # of ``/menus/{id}/likes`` it is about likes
        words |= {word for part in fixed for word in words_of(part)}
    return frozenset({word.removesuffix("s") for word in words} - AROUND)


def verbs_of(function: Function) -> frozenset[str]:
    """``DELETE`` of ``@bp.delete("/x")`` and of ``@bp.route("/x", methods=["DELETE"])``"""
    texts = [unparsed(each.node) for each in function.decorators if each.call is not None]
    named = {each.partition("(")[0].rpartition(".")[2].upper() for each in texts}
    return frozenset(
        verb
        for verb in ("GET", "POST", "PUT", "PATCH", "DELETE")
        if verb in named or any(f"'{verb}'" in each for each in texts)
    )


def area_of(paths: list[str]) -> str:
    """``desk`` of ``/desk/today``; of a path of one part, and of one that begins with an id, nothing."""
    parts = paths[0].strip("/").split("/") if len(paths) == 1 else []
    return parts[0] if parts and parts[0][:1] not in {"{", "<", ":"} else ""
