"""What is told to logs, terminals, reports and errors."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from rescind.reading import Class, Function, unparsed
from rescind.review.flow.names import bindings_at
from rescind.review.look import Look
from rescind.review.naming.called import arguments, called, called_function
from rescind.review.naming.words import words_of

LEVELS = {
    "debug", "info", "warning", "warn", "error", "exception", "critical", "fatal", "log", "trace",
    "success", "msg",
    "notice", "write", "ainfo", "adebug", "aerror", "awarning",
    "bind", "bind_contextvars", "contextualize", "log_struct", "log_text",
}  # fmt: skip
LOGGERS = frozenset(["log", "logger", "logging", "logs", "slog", "audit", "lgr", "loguru"])
LIBRARIES = (
    "cherrypy.log", "logging.", "structlog.", "loguru.", "twisted.logger", "eliot.", "logfire.", "syslog.",
    "rich.",
)  # fmt: skip
REPORTS = {
    "capture_message",
    "set_extra",
    "set_context",
    "set_tag",
    "add_breadcrumb",
    "set_attribute",
    "add_event",
    "report_message",
    "set_extras",
    "set_attributes",
    "add_custom_attribute",
    "add_custom_attributes",
    "add_custom_parameter",
}
FUNCTIONS = (
    "syslog.syslog",
    "structlog.contextvars.bind_contextvars",
    "logging.LoggerAdapter",
)
LAST = frozenset(each.rpartition(".")[2] for each in FUNCTIONS)
# Of rows and events that say who did what.
AUDITS = frozenset(["audit", "auditlog", "auditevent", "logentry", "auditentry"])
EXCEPTIONS = ("Exception", "Error", "BaseException")


class Told(NamedTuple):
    """Something that is told: by which call, and what."""

    call: ast.AST
    what: list[ast.expr]
    where: str


def everything_told(look: Look) -> Iterator[Told]:
    for node in look.module.nodes_of(ast.Raise, ast.Assert, ast.Call):
        found = told(look, node)
        if found is not None:
            yield found


def told(look: Look, node: ast.AST) -> Told | None:
    """What a node tells to a log, a terminal or an error; None: nothing."""
    if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
        given = arguments(node.exc)
        texts = [each for each in given if is_text(each) or is_password(each)]
        return Told(node, texts, "an error") if texts else None
    if isinstance(node, ast.Assert) and node.msg is not None:
        return Told(node, [node.msg], "an error")
    if not isinstance(node, ast.Call):
        return None
    everything = arguments(node)
    where = sink(look, node)
    if where == "an error":
        everything = [each for each in everything if is_text(each)]
    return Told(node, everything, where) if where and everything else None


def sink(look: Look, node: ast.Call) -> str:
    """What a call tells to; empty: nothing."""
    func, name = node.func, called_function(node)
    if isinstance(func, ast.Attribute) and name in LEVELS and is_logger(look, func):
        return "a log"
    if name in REPORTS and (isinstance(func, ast.Attribute) or "sentry" in look.name(func)):
        return "a report"
    if name == "log" and look.name(func).startswith(("cherrypy.log", "cherrypy.engine.log")):
        return "a log"
    if isinstance(func, ast.Name) and name in {"print", "pprint"}:
        return "" if for_people(look) or typed_by_hand(look, node) else "what is printed"
    if isinstance(func, ast.Name) and "log" in look.module.text and tells_by_another_name(look, func):
        return "a log"
    if isinstance(func, ast.Call) and called_function(func) == "getattr" and func.args:
        return "a log" if is_logger(look, ast.Attribute(func.args[0], "log", ast.Load())) else ""
    if name in LAST and isinstance(func, ast.Name | ast.Attribute) and look.name(func).endswith(FUNCTIONS):
        return "a log"
    if is_audit(func, name) and not any(
        isinstance(each.definition, Function) for each in look.project.callee(node, look.scope(node))
    ):
        return "an audit row"
    if name == "__init__" and isinstance(func, ast.Attribute) and of_exception(look, node):
        return "an error"
    return ""


def is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr | ast.BinOp) or (
        isinstance(node, ast.Call) and called_function(node) == "format"
    )


def is_password(node: ast.expr) -> bool:
    """``raise ValueError("refused", password)``"""
    return isinstance(node, ast.Name) and not {"password", "passwd", "pwd"}.isdisjoint(words_of(node.id)[-1:])


def is_logger(look: Look, func: ast.Attribute) -> bool:
    names = words_of(called(func.value))
    if func.attr == "write":
        if look.name(func).startswith(("sys.stderr", "sys.stdout")):
            return not for_people(look)
        if isinstance(func.value, ast.Subscript) and "wsgi.errors" in unparsed(func.value.slice):
            return True
        return isinstance(func.value, ast.Name) and writes_log(look, func.value)
    if LOGGERS.intersection(names):
        return True
    value = func.value
    inner = value.func if isinstance(value, ast.Call) else None
    if isinstance(inner, ast.Attribute) and inner.attr in {"bind", "opt", "new", "getChild"}:
        return is_logger(look, ast.Attribute(inner.value, "log", ast.Load()))  # log.bind(x=1).info(...)
    return look.project.name_of(value, look.module.scope_of(value)).startswith(LIBRARIES) or any(
        each.name.startswith(LIBRARIES) for each in look.project.types_of(value, look.module.scope_of(value))
    )


def writes_log(look: Look, node: ast.Name) -> bool:
    """``with open("auth.log", "a") as out: out.write(...)``"""
    for each in bindings_at(node, look.module.scope_of(node)):
        value = each.value
        if isinstance(value, ast.Call) and called_function(value) == "open" and value.args:
            return any(text.endswith(".log") for text in look.values(value.args[0]).texts)
    return False


def tells_by_another_name(look: Look, func: ast.Name) -> bool:
    """``warn = logger.warning``"""
    for each in bindings_at(func, look.scope(func)):
        value = each.value if each.kind == "assign" else None
        if isinstance(value, ast.Attribute) and value.attr in LEVELS - {"write"} and is_logger(look, value):
            return True
    return False


def is_audit(func: ast.expr, name: str) -> bool:
    """``audit(...)``, ``AuditRow(...)``, ``AuditLog.objects.create(...)``"""
    words = words_of(name)
    if not AUDITS.isdisjoint(words) or ("log" in words and words[-1] in {"entry", "event", "record", "row"}):
        return True
    creates = name in {"create", "acreate", "insert_one", "add", "record", "write", "append"}
    text = unparsed(func.value) if creates and isinstance(func, ast.Attribute) else ""
    return not AUDITS.isdisjoint(words_of(text))


def of_exception(look: Look, node: ast.Call) -> bool:
    """``super().__init__(...)`` of an exception."""
    function = look.function(node)
    cls = function.cls if function is not None else None
    return cls is not None and any(
        each.definition is None and each.name.endswith(EXCEPTIONS) for each in cls.mro
    )


PROGRAMS = ("click.", "typer.", "argparse.", "cyclopts.", "fire.", "invoke.")


def typed_by_hand(look: Look, node: ast.AST) -> bool:
    """Whether what prints is a command that somebody called: by its decorators, or by its class."""
    function: Function | None = look.function(node)
    if function is None:
        return False
    words = {word for each in function.decorators for word in words_of(unparsed(each.node).partition("(")[0])}
    if words & {"command", "cli", "task"} or any(
        each.name.startswith(PROGRAMS) for each in function.decorators
    ):
        return True
    cls: Class | None = function.cls
    return cls is not None and any(
        each.name.rpartition(".")[2] in {"Application", "BaseCommand", "Command", "Cmd"} for each in cls.mro
    )


def for_people(look: Look) -> bool:
    """A program for the terminal prints what somebody asked for."""
    parts = set(look.module.file.replace(".py", "").split("/"))
    return bool(
        parts
        & {
            "management",
            "commands",
            "cli",
            "demo",
            "scripts",
            "script",
            "bin",
            "tools",
            "__main__",
            "manage",
            "setup",
        }
    )
