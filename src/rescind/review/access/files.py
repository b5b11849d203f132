"""Files that are somebody's by their names, and are given out by a name that a request says."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from rescind.reading import Function, walk
from rescind.review.access.persons import persons_of
from rescind.review.access.rows import PARTS, Row, is_key, part_of_parameter
from rescind.review.look import Look
from rescind.review.naming.called import called_function
from rescind.review.naming.words import words_of
from rescind.review.once import in_circles, once

GIVES = frozenset(
    ["send_from_directory", "send_file", "FileResponse", "file", "static_file", "generate_presigned_url",
     "presigned_get_object", "get_object", "download_file", "download_fileobj"]
)  # fmt: skip
# Everybody looks at those.
PICTURES = frozenset(
    ["avatar", "avatars", "photo", "picture", "image", "images", "thumb", "thumbnail", "logo", "icon",
     "static", "media", "public", "cover", "banner"]
)  # fmt: skip


FILE = re.compile(r"\.[a-z0-9]{2,5}$")


def named_files(look: Look, function: Function) -> Iterator[Row]:
    """``send_from_directory(EXPORTS, name)``, where others of the module make ``f"{user.id}.zip"``."""
    if not any(f"{word}(" in look.module.text for word in GIVES) or PICTURES & set(words_of(function.name)):
        return
    giving = [each.node for each in function.calls if called_function(each.node) in GIVES]
    if not giving or not of_somebody(look) - {function} or uses_person(look, function):
        return
    for node in giving:
        key = next((each for each in given(function, node) if is_chosen(look, each)), None)
        if key is not None:
            yield Row("", "file", node, changed=False, key=key, of_owner=False)


def is_chosen(look: Look, node: ast.expr) -> bool:
    """By whoever sends the request; the key of an object in a bucket is no secret."""
    if is_key(look, node):
        return True
    last = words_of(node.id)[-1:] if isinstance(node, ast.Name) else ()
    return last == ("key",) and part_of_parameter(look, node) in PARTS


def given(function: Function, node: ast.Call) -> Iterator[ast.expr]:
    """What a name is put together of: ``name`` of ``FileResponse(EXPORTS / name)``, also by a variable."""
    for each in (*node.args, *(one.value for one in node.keywords if one.arg != "as_attachment")):
        yield each
        for one in walk(each):
            if isinstance(one, ast.Name):
                yield one
                for made in function.nodes_of(ast.Assign):
                    if isinstance(made, ast.Assign) and getattr(made.targets[0], "id", "") == one.id:
                        yield from (part for part in walk(made.value) if isinstance(part, ast.Name))


@once
@in_circles(frozenset)
def of_somebody(look: Look) -> frozenset[Function]:
    """The functions of a module that put who is signed in into the name of a file."""
    return frozenset(
        function
        for function in look.module.functions
        if any(names_file(look, function, each) for each in function.nodes_of(ast.JoinedStr))
    )


def names_file(look: Look, function: Function, node: ast.AST) -> bool:
    """``f"{user.id}/"``, ``f"export-{user.id}.zip"``: no address, and no sentence."""
    if not isinstance(node, ast.JoinedStr):
        return False
    texts = [str(each.value) for each in node.values if isinstance(each, ast.Constant)]
    said = [each.value for each in node.values if isinstance(each, ast.FormattedValue)]
    whole = "".join(str(each.value) if isinstance(each, ast.Constant) else "x" for each in node.values)
    named = any(each.startswith("/") for each in texts) or FILE.search(whole) is not None
    if not named or " " in whole or whole.startswith(("/", "http")) or PICTURES & set(words_of(whole)):
        return False
    return any(persons_of(look, function).has(each) for each in said)


def uses_person(look: Look, function: Function) -> bool:
    """Whether a function does anything with who is signed in: it may hold the name against them."""
    persons = persons_of(look, function)
    return any(
        persons.has(part)
        for each in function.nodes_of(ast.Call, ast.Compare, ast.JoinedStr)
        for part in walk(each)
        if part is not each
    )
