"""Tools of CherryPy, which stand before its handlers."""

from __future__ import annotations

import ast
import re

from rescind.reading import Function, unparsed
from rescind.review.access.who import finds_out, turns_away
from rescind.review.look import Look


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
