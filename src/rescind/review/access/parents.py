"""Models by what they point to: accounts, and rows that are somebody's as parts of others."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from rescind.reading import Class, unparsed
from rescind.review.look import Look
from rescind.review.naming.called import called_function
from rescind.review.naming.words import secret_kind, words_of
from rescind.review.once import once

USERS = ("AbstractUser", "AbstractBaseUser", "UserMixin", "SQLAlchemyBaseUserTable", "PermissionsMixin")
POINTER = re.compile(r"(?:(?:ForeignKey|OneToOne)\w*\(\s*(?:to=|model=)?|foreign_key=)['\"]?([\w.]+)")


@once
def accounts(look: Look) -> frozenset[str]:
    """The models of a project that have a password, or are users of their framework: by the names that others
    point to them with."""
    found: set[str] = set()
    for module in look.project.modules:
        for cls in module.classes:
            if is_model(cls) and (has_password(cls) or any(each.name.endswith(USERS) for each in cls.mro)):
                found |= names_of(cls)
    return frozenset(found)


def is_model(cls: Class) -> bool:
    """Whether rows are kept of it: it has columns."""
    return any(COLUMN.search(text) for _, text in columns(cls))


COLUMN = re.compile(r"Column\(|mapped_column\(|Field\(|ForeignKey\w*\(|relationship\(|models\.|fields\.")


def has_password(cls: Class) -> bool:
    return any(
        secret_kind(each) == "password" or each in {"pw", "pwhash"}
        for name, _ in columns(cls)
        for each in (name, *words_of(name))
    )


def columns(cls: Class) -> Iterator[tuple[str, str]]:
    """What stands in the body of a class: names, and the text of what they are set to or declared as."""
    for node in cls.node.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, unparsed(node.value)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            value = unparsed(node.value) if node.value is not None else ""
            yield node.target.id, f"{unparsed(node.annotation)} {value}"


def names_of(cls: Class) -> set[str]:
    """``Order``, and the name of its table."""
    table = {text.strip("'\"") for name, text in columns(cls) if name in {"__tablename__", "db_table"}}
    return {cls.name, *(table or {cls.name.lower()})}


def pointers(cls: Class) -> Iterator[tuple[str, set[str]]]:
    """The columns of a model that point to others, with the names by which they do."""
    for name, text in columns(cls):
        found = POINTER.search(text)
        if found is not None:
            yield name, set(found[1].split(".")) - {"id", "pk", "models", "self"}


@once
def parents(look: Look) -> dict[str, set[str]]:
    """Of each model of the project: the models that it points to, accounts left out."""
    classes = [cls for module in look.project.modules for cls in module.classes if is_model(cls)]
    known = {name: cls.name for cls in classes for name in names_of(cls)}
    return {
        cls.name: {
            known[one] for _, names in pointers(cls) for one in names & known.keys() - accounts(look)
        } - {cls.name}
        for cls in classes
    }  # fmt: skip


@once
def models(look: Look) -> frozenset[str]:
    """The names of the classes of a project that have columns."""
    return frozenset(
        cls.name
        for module in look.project.modules
        for cls in module.classes
        if any(has_column(node) for node in cls.node.body)
    )


def has_column(node: ast.stmt) -> bool:
    value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
    return isinstance(value, ast.Call) and called_function(value).endswith(("olumn", "Field"))
