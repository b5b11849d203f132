"""What a program has as a whole, with the secrets that are in it: its environment, its settings, local
variables, arguments."""

from __future__ import annotations

import ast

from rescind.reading import Function, Scope, unparsed, walk
from rescind.review.flow import HARMLESS
from rescind.review.flow.names import bindings_at
from rescind.review.look import Look
from rescind.review.naming.called import called_function
from rescind.review.once import once
from rescind.review.secrets.objects import is_secret


def of_program(look: Look, node: ast.expr, scope: Scope) -> str:
    """The environment, the whole configuration, all local variables."""
    if isinstance(node, ast.Call):
        if called_function(node) in {"items", "values"} and is_environment(look, node.func, scope):
            return "the environment"
        if called_function(node) == "getattr":
            return each_setting(look, node, scope)
        if called_function(node) in {"items", "defaults"} and isinstance(node.func, ast.Attribute):
            return "all values of the settings" if is_file_of_settings(look, node.func.value, scope) else ""
        shown = called_function(node) == "locals" or any(
            each.arg == "capture_locals" and getattr(each.value, "value", None) is True
            for each in node.keywords
        )
        return in_locals(look.beside(scope.module), node) if shown else ""
    if not isinstance(node, ast.Name | ast.Attribute):
        return arguments_of(look, node, scope)
    above = look.beside(scope.module).module.parent_of(node)
    if isinstance(above, ast.Subscript | ast.Attribute) and getattr(above, "attr", "") not in {
        "items",
        "copy",
    }:
        return ""
    if isinstance(node, ast.Name) and is_file_of_settings(look, node, scope):
        return "all values of the settings"
    name = look.project.name_of(node, scope)
    if name == "os.environ":
        names = isinstance(above, ast.For | ast.comprehension) and above.iter is node
        return HARMLESS if names else "the environment"
    if name.endswith(("flask.current_app.config", "flask.Flask.config", "sanic.Sanic.config")):
        return "the whole configuration"
    return arguments_of(look, node, scope)


def each_setting(look: Look, node: ast.Call, scope: Scope) -> str:
    """``getattr(settings, name)`` for each name that there is."""
    held, key = node.args[:2] if len(node.args) > 1 else (node, node)
    if not isinstance(key, ast.Name) or look.project.name_of(held, scope) != "django.conf.settings":
        return ""
    for each in bindings_at(key, scope):
        loop = each.node
        if each.kind != "for" or each.value is None or "dir(" not in unparsed(each.value):
            continue
        tests = [one.test for one in walk(loop) if isinstance(one, ast.If)]
        if not any(isinstance(part, ast.Constant) for test in tests for part in walk(test)):
            return "all values of the settings"
    return ""


def is_environment(look: Look, func: ast.expr, scope: Scope) -> bool:
    """``os.environ.items``"""
    return isinstance(func, ast.Attribute) and look.project.name_of(func.value, scope) == "os.environ"


def is_file_of_settings(look: Look, node: ast.expr, scope: Scope) -> bool:
    """Of ``configparser``."""
    names = [each.name.removesuffix("()") for each in look.project.types_of(node, scope)]
    return any(name.startswith("configparser.") and name.endswith("Parser") for name in names)


def in_locals(look: Look, node: ast.Call) -> str:
    function = look.function(node)
    names = function.scope.bindings if function is not None else {}
    secret = next((each for each in names if is_secret(each)), "")
    return f"`{secret}` among the local variables" if secret else ""


def arguments_of(look: Look, node: ast.expr, scope: Scope) -> str:
    """``args`` and ``kwargs`` in a decorator that stands above a function with a password."""
    at = look.beside(scope.module)
    inner = at.function(node)
    if inner is not None and isinstance(node, ast.Attribute):
        return (
            of_task(inner, node)
            or of_command(inner, node)
            or of_client(look, node, scope)
            or of_trace(at, inner, node)
            or of_signature(at, node, scope)
        )
    if inner is None or not isinstance(node, ast.Name):
        return ""
    found = parsed(at, node, scope)
    if found:
        return found
    if node.id in {"args", "kwargs"} and any(each.name == "task_id" for each in inner.parameters):
        return of_any_task(look)
    if not any(each.name == node.id and each.kind in {"star", "stars"} for each in inner.parameters):
        return ""
    outer = inner.module.function_of(inner.node)
    while outer is not None:
        for function in decorated(look).get(outer.qualname, ()):
            secret = next((each.name for each in function.parameters if is_secret(each.name)), "")
            if secret:
                return f"`{secret}` among the arguments of `{function.name}()`"
        outer = outer.module.function_of(outer.node)
    return ""


@once
def decorated(look: Look) -> dict[str, list[Function]]:
    """The functions below each decorator of the project, by its name."""
    found: dict[str, list[Function]] = {}
    for module in look.project.modules:
        for function in module.functions:
            for each in function.decorators:
                if each.named and isinstance(each.named[0].definition, Function):
                    found.setdefault(each.name, []).append(function)
    return found


def of_signature(look: Look, node: ast.Attribute, scope: Scope) -> str:
    """``signature.bind(*args, **kwargs).arguments``"""
    bound = bindings_at(node.value, scope) if isinstance(node.value, ast.Name) else ()
    for each in bound if node.attr == "arguments" else ():
        made = each.value
        if isinstance(made, ast.Call) and called_function(made) in {"bind", "bind_partial"}:
            given = [one.value for one in made.args if isinstance(one, ast.Starred)]
            return next(filter(None, (arguments_of(look, one, scope) for one in given)), "")
    return ""


def of_task(function: Function, node: ast.Attribute) -> str:
    """``self.request.args`` of a task that is given a password, ``get_current_job().args``."""
    held = node.value
    if node.attr not in {"args", "kwargs"}:
        return ""
    if isinstance(held, ast.Attribute) and held.attr == "request" and is_task(function):
        return given_to_task(function)
    made = [each.value for each in bindings_at(held, function.scope)] if isinstance(held, ast.Name) else []
    own = any(isinstance(each, ast.Call) and called_function(each) == "get_current_job" for each in made)
    return given_to_task(function) if own else ""


def of_command(function: Function, node: ast.Attribute) -> str:
    """``ctx.params`` of a command that is given a password."""
    if node.attr != "params" or not isinstance(node.value, ast.Name):
        return ""
    passes = any(each.name.endswith("click.pass_context") for each in function.decorators)
    return given_to_task(function) if passes and node.value.id == function.parameters[0].name else ""


def of_client(look: Look, node: ast.Attribute, scope: Scope) -> str:
    """``self.client.headers``, which go along with each request, beside one that signs in."""
    if node.attr != "headers" or not look.beside(scope.module).speaks_of(("authorization", "api-key")):
        return ""
    types = {each.name.removesuffix("()") for each in look.project.types_of(node.value, scope)}
    return "all headers of the client" if types & SENDERS else ""


def of_trace(look: Look, function: Function, node: ast.Attribute) -> str:
    """``params.headers`` of what aiohttp calls for each request that is sent."""
    last = function.parameters[-1].name if len(function.parameters) >= 3 else ""
    traced = node.attr == "headers" and isinstance(node.value, ast.Name) and node.value.id == last
    return "all headers of the request" if traced and "TraceConfig" in look.module.text else ""


SENDERS = {
    "requests.Session",
    "requests.sessions.Session",
    "httpx.Client",
    "httpx.AsyncClient",
    "aiohttp.ClientSession",
}


def parsed(look: Look, node: ast.Name, scope: Scope) -> str:
    """What ``parse_args()`` gives, in a program that takes a password or a key."""
    if isinstance(look.module.parent_of(node), ast.Attribute) or "parse_args" not in look.module.text:
        return ""
    for each in bindings_at(node, scope):
        if not isinstance(each.value, ast.Call) or called_function(each.value) != "parse_args":
            continue
        function = look.function(each.value)
        for call in function.calls if function is not None else ():
            first = call.node.args[-1:] if called_function(call.node) == "add_argument" else []
            flag = str(getattr(first[0], "value", "")).lstrip("-") if first else ""
            if is_secret(flag):
                return f"`{flag}` among the arguments of the program"
    return ""


def is_task(function: Function) -> bool:
    """``@app.task``, ``@shared_task``"""
    return any(each.name.rpartition(".")[2] in {"task", "shared_task"} for each in function.decorators)


def given_to_task(function: Function) -> str:
    secret = next((each.name for each in function.parameters if is_secret(each.name)), "")
    return f"`{secret}` among the arguments of `{function.name}()`" if secret else ""


@once
def of_any_task(look: Look) -> str:
    """What signals and base classes see of all tasks of a project."""
    found = (
        given_to_task(each) for at in look.everywhere("task") for each in at.module.functions if is_task(each)
    )
    return next((each for each in found if each), "")
