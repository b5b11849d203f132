"""Serializers by which people write what is not theirs to say: whose a row is, and what an account may."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from rescind.reading import Class, Function, unparsed
from rescind.review.access.fields import declared, declared_to_be_read, settings_of, texts, used_by
from rescind.review.access.guards import ASKS_WHO, OTHERS, of_class
from rescind.review.access.owned import owner_columns
from rescind.review.look import Look
from rescind.review.naming.called import called, called_function

MORE = OTHERS - {"permission", "permissions"}
CREATES = ("ModelViewSet", "CreateAPIView", "ListCreateAPIView", "CreateModelMixin")


def owners_written(look: Look, cls: Class) -> Iterator[tuple[ast.AST, str]]:
    """``fields = ["id", "owner", "text"]``, where views find rows by their owner, and let whoever makes one
    say whose it is."""
    fields = settings_of(cls).get("fields")
    if fields is None or not any(each.name.endswith("ModelSerializer") for each in cls.mro) or decides(cls):
        return
    views = [each for each in used_by(look).get(cls.name, ()) if isinstance(each, Class)]
    for name in texts(look, fields.value) if views else ():
        if not read_only(look, cls, name) and any(lets_say(each, name) for each in views):
            yield fields, name


def owner_of_view(look: Look, cls: Class) -> Iterator[tuple[ast.AST, str]]:
    """``fields = ["traveller", "start"]`` of a ``CreateView``, where others find rows by their traveller."""
    fields = settings_of(cls).get("fields")
    if (
        fields is None
        or not any(each.name.endswith("CreateView") for each in cls.mro)
        or of_class(cls) & MORE
    ):
        return
    if not of_class(cls) & ASKS_WHO or any(
        each.name in {"form_valid", "get_form", "post"} for each in cls.methods
    ):
        return
    for name in texts(look, fields.value):
        if name in owner_columns(look):
            yield fields, name


def read_only(look: Look, cls: Class, name: str) -> bool:
    """Whether nobody writes a field, or the class says by itself what comes into it."""
    settings = settings_of(cls)
    if name in {called(node.targets[0]) for node in cls.node.body if isinstance(node, ast.Assign)}:
        return True
    if "extra_kwargs" in settings and f"'{name}'" in unparsed(settings["extra_kwargs"].value):
        return True
    return "read_only_fields" in settings and name in texts(look, settings["read_only_fields"].value)


def decides(cls: Class) -> bool:
    """Whether a serializer looks at what comes in, or keeps it by itself."""
    return any(each.name.startswith(DECIDES) for each in cls.methods)


DECIDES = ("validate", "create", "save", "update", "__init__", "to_internal_value")


def lets_say(view: Class, owner: str) -> bool:
    """Whether a view finds what is of who is signed in, and takes the owner of a new row as it comes."""
    if not any(each.name.endswith(CREATES) for each in view.mro) or of_class(view) & MORE:
        return False
    methods = {each.name: each for each in view.methods}
    if methods.keys() & {"perform_create", "create", "post", "get_serializer", "get_serializer_class"}:
        return False
    rows = methods.get("get_queryset")
    return rows is not None and any(
        isinstance(each, ast.keyword) and each.arg == owner and unparsed(each.value) == "self.request.user"
        for each in rows.walk()
    )


def rights_written(look: Look, function: Function) -> Iterator[tuple[ast.Call, str]]:
    """``User.objects.create_user(**validated_data)`` of a serializer with ``role = ChoiceField(...)``."""
    cls = function.cls
    if cls is None or function.name not in {"create", "save"} or not is_serializer(cls):
        return
    text = unparsed(function.node)
    views = [each for each in used_by(look).get(cls.name, ()) if isinstance(each, Class)]
    if views and all(of_class(each) & MORE for each in views):
        return
    for name in declared(cls):
        if declared_to_be_read(cls, name) or f"'{name}'" in text or f".{name} =" in text:
            continue
        for each in function.calls:
            own = {one.arg for one in each.node.keywords}
            whole = [unparsed(one.value) for one in each.node.keywords if one.arg is None]
            if (
                "validated_data" in whole
                and name not in own
                and called_function(each.node).startswith("create")
            ):
                yield each.node, name
                return


def is_serializer(cls: Class) -> bool:
    return any(each.name.endswith(".Serializer") for each in cls.mro)
