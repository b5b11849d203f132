"""RSC103: settings and arguments that make pickle the format of a store."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import ClassVar

from rescind.review.finding import Class, Finding, Severity
from rescind.review.look import Look, Setting
from rescind.review.rule import Rule

SETTINGS = re.compile(
    r"(?i)^(?:\w*_)?(?:serializer|accept_content|deserializer|value_deserializer|loads|serializer_class|coder|pickler)$"
)
NAMES = re.compile(
    r"(?i)(?:^|[.:])(?:\w*pickle\w*|dill|cloudpickle|application/x-python-serialize)$|(?:^|\.)(?:pickle|dill|cloudpickle|marshal)\.loads?$"
)


class RSC103(Rule):
    """Sessions, messages or a cache are kept as pickles.

    What it checks:
        Settings and arguments that choose the format: ``SESSION_SERIALIZER``, ``task_serializer`` and
        ``accept_content`` of Celery, ``serializer=`` of signers and caches, ``value_deserializer=`` of
        consumers, and columns of SQLAlchemy's ``PickleType``.

    Why it matters:
        Whoever can write into the store, the queue or, with the key, the cookie runs code in every
        process that reads from it.

    How it is decided:
        By the value: ``pickle`` and its relatives, a class or dotted name that ends in
        ``PickleSerializer``, the modules themselves. The value is followed through names and imports.

    Fix:
        Choose JSON: ``JSONSerializer``, ``"json"``, a column of type ``JSON``.

    References:
        ASVS 1.5.2, CWE-502

    Since:
        0.1
    """

    kind: ClassVar[Class] = "deser"
    severity: ClassVar[Severity] = "high"

    def check(self, look: Look) -> Iterator[Finding]:
        if (
            "ickle" not in look.module.text
            and "dill" not in look.module.text
            and "marshal" not in look.module.text
        ):
            return
        for setting in look.settings:
            if (
                SETTINGS.match(setting.name)
                and not isinstance(setting.node, ast.Dict)
                and pickles(look, setting)
            ):
                yield self.finding(
                    look,
                    setting.value,
                    f"{setting.name} chooses pickle: who writes what is read there runs code",
                    fix="choose JSON",
                )
        for node in look.module.nodes_of(ast.Name, ast.Attribute):
            if look.name(node) in PICKLE_TYPES and in_column(look, node):
                yield self.finding(
                    look,
                    node,
                    "a column holds pickles: who writes the table runs code",
                    fix="use a column of type JSON",
                )


PICKLE_TYPES = {"sqlalchemy.PickleType", "sqlalchemy.types.PickleType"}


def in_column(look: Look, node: ast.AST) -> bool:
    """``Column(PickleType)``, ``mapped_column(PickleType())``."""
    above = look.module.parent_of(node)
    if isinstance(above, ast.Call) and above.func is node:
        above = look.module.parent_of(above)
    return isinstance(above, ast.Call)


def pickles(look: Look, setting: Setting) -> bool:
    value = setting.value
    if isinstance(value, ast.Call):
        value = value.func
    if isinstance(value, ast.Name | ast.Attribute):
        named = look.named(value)
        if any(NAMES.search(each.name) for each in named):
            return True
    texts = [option.value for option in look.values(setting.value).options]
    flat = [
        each
        for text in texts
        for each in (text if isinstance(text, list | tuple | set | frozenset) else [text])
    ]
    return any(isinstance(each, str) and NAMES.search(each) is not None for each in flat)
