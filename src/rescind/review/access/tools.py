"""What single frameworks put before handlers: tools of CherryPy, ``auth=`` of Ninja."""

from __future__ import annotations

import ast
import re

from rescind.reading import Applied, Class, Function, unparsed
from rescind.review.access.who import finds_out, turns_away
from rescind.review.look import Look
from rescind.review.naming.words import words_of


def by_tools(look: Look, function: Function) -> set[str]:
    """``@cherrypy.tools.member()`` of ``cherrypy.tools.member = cherrypy.Tool("before_handler", check)``"""
    found: set[str] = set()
    names = {TOOL.match(unparsed(each.node)) for each in function.decorators} - {None}
    for name in {each[1] for each in names if each is not None}:
        for module, value in look.shared.set_on_attributes.get(name, ()):
            for one in value.args if isinstance(value, ast.Call) else ():
                for each in look.beside(module).named(one) if isinstance(one, ast.Name) else ():
                    made = each.definition
                    if isinstance(made, Function) and any(turns_away(node) for node in made.walk()):
                        found |= finds_out(look, made) | {"refuses"}
    return found


TOOL = re.compile(r"cherrypy\.tools\.(\w+)")


def of_ninja(look: Look, decorator: Applied) -> set[str]:
    """``@api.get(...)`` of ``api = NinjaAPI(auth=django_auth)``, where the route itself does not say
    ``auth=None``."""
    if "ninja" not in look.module.text or decorator.call is None:
        return set()
    func: ast.expr = decorator.call.func
    made = [decorator.call]
    if isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name):
        bound = look.scope(func).lookup(func.value.id)
        made += [one.value for one in bound if isinstance(one.value, ast.Call)]
    said = [each.value for one in made for each in one.keywords if each.arg == "auth"]
    if not said or unparsed(said[0]) == "None" or "Anonymous" in unparsed(said[0]):
        return set()
    asked = {"machine"} if by_one_key(look, said[0]) else set()
    return {"auth", *asked, *words_of(unparsed(said[0])), *words_of(unparsed(func))}  # ``machines.post``


def by_one_key(look: Look, node: ast.expr) -> bool:
    """``auth=Gate()``, whose ``authenticate`` holds what is sent against a setting, and finds nobody."""
    for one in look.named(node.func) if isinstance(node, ast.Call) else ():
        made = one.definition.member("authenticate") if isinstance(one.definition, Class) else None
        function = made.definition if made is not None else None
        if isinstance(function, Function):
            text = function.module.source_of(function.node)
            return "settings." in text and not any(word in text for word in ("decode(", "objects", "loads("))
    return False
