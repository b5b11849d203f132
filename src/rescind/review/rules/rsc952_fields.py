"""RSC952: fields that decide what somebody may, set by what they send."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import ClassVar

from rescind.reading import Class as Defined
from rescind.reading import Function
from rescind.review.finding import Class, Finding, Severity
from rescind.review.flow import Policy
from rescind.review.flow.policy import listed
from rescind.review.guards import OTHERS
from rescind.review.look import Look
from rescind.review.rule import Rule
from rescind.review.words import words_of

RIGHTS = {
    "is_staff",
    "is_superuser",
    "is_admin",
    "role",
    "roles",
    "groups",
    "user_permissions",
    "permissions",
    "is_active_admin",
    "admin",
}
ATTRIBUTE = Policy("attribute", guard=listed)
FORMS = (
    "ModelSerializer",
    "HyperlinkedModelSerializer",
    "ModelForm",
    "UserCreationForm",
    "UserChangeForm",
    "UpdateView",
    "CreateView",
)


class RSC952(Rule):
    """What somebody may is among the fields that they can set.

    What it checks:
        ``fields`` of serializers, forms and editing views that hold ``is_staff``, ``role`` and the like,
        and loops that set whatever attribute the body of a request names.

    Why it matters:
        One more field in the body makes an administrator.

    How it is decided:
        The list of fields is read through names; those that are read only do not count, nor forms of the
        admin. A loop counts where the names come from the request and are not looked up in a list.

    Fix:
        Name the fields that people may set; put rights under ``read_only_fields``.

    References:
        ASVS 8.2.3, CWE-915

    Since:
        0.1
    """

    kind: ClassVar[Class] = "authorisation"
    severity: ClassVar[Severity] = "high"

    def check(self, look: Look) -> Iterator[Finding]:
        for cls in look.module.classes:
            if not OTHERS & set(words_of(cls.name)) and any(each.name.endswith(FORMS) for each in cls.mro):
                yield from self.listed(look, cls)
        for function in look.module.functions:
            yield from self.looped(look, function)

    def listed(self, look: Look, cls: Defined) -> Iterator[Finding]:
        metas = [each for each in cls.node.body if isinstance(each, ast.ClassDef) and each.name == "Meta"]
        settings = {
            getattr(node.targets[0], "id", ""): node
            for body in (cls.node.body, *(meta.body for meta in metas))
            for node in body
            if isinstance(node, ast.Assign)
        }
        if "fields" not in settings:
            return
        only = {
            text
            for name in ("read_only_fields", "exclude")
            if name in settings
            for text in texts(look, settings[name].value)
        }
        open_to_all = [text for text in texts(look, settings["fields"].value) if text in RIGHTS - only]
        if open_to_all and not any(
            "read_only" in look.module.source_of(node) and open_to_all[0] in look.module.source_of(node)
            for node in settings.values()
        ):
            yield self.finding(
                look,
                settings["fields"],
                f"`{open_to_all[0]}` is among the fields that people can set",
                fix="leave it out, or list it under read_only_fields",
            )

    def looped(self, look: Look, function: Function) -> Iterator[Finding]:
        for call in function.calls:
            if (
                call.name == "setattr"
                and len(call.node.args) == 3
                and not isinstance(call.node.args[1], ast.Constant)
            ):
                origins = look.origins(call.node.args[1], ATTRIBUTE)
                if any(each.kind == "request" for each in origins):
                    yield self.finding(
                        look,
                        call.node,
                        "a request names the attributes that are set",
                        fix="set those of a list",
                    )


def texts(look: Look, node: ast.expr) -> list[str]:
    found = []
    for option in look.values(node).options:
        if isinstance(option.value, list | tuple | set):
            found += [each for each in option.value if isinstance(each, str)]
    return found
