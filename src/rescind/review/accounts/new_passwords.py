"""Methods of accounts that keep a new password, by what they do."""

from __future__ import annotations

import ast
import re

from rescind.reading import Function, walk
from rescind.review.look import Look
from rescind.review.naming.called import variables
from rescind.review.once import once

HASHES = re.compile(
    r"^(?:werkzeug\.security\.generate_password_hash|django\.contrib\.auth\.hashers\.make_password|bcrypt\.hashpw"
    r"|(?:argon2|passlib|pwdlib|nacl\.pwhash)\.(?:\S+\.)?(?:hash|str)|flask_bcrypt\.\S*generate_password_hash)$"
)


@once
def keeps_hash(look: Look, function: Function) -> bool:
    """``self.imprint = generate_password_hash(text)``, of what the method is given."""
    if function.cls is None or function.name.startswith("__"):
        return False
    names = {each.name for each in function.parameters}
    return any(
        isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Attribute)
        and getattr(node.targets[0].value, "id", "") == "self"
        and any(
            isinstance(each, ast.Call)
            and bool(variables(each) & names)
            and any(HASHES.match(one.name) for one in look.call(each).named)
            for each in walk(node.value)
        )
        for node in function.nodes_of(ast.Assign)
    )


def is_of_framework(function: Function) -> bool:
    """Whether a method is one of an account that is known to a framework, as Django's users."""
    return function.cls is not None and any(
        each.name.startswith("django.contrib.auth.") for each in function.cls.mro
    )
