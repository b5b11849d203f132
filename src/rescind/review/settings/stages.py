"""What is there for development or tests only: settings modules, classes, and branches of ``if DEBUG``."""

from __future__ import annotations

import ast

from rescind.reading import last_name, walk
from rescind.review.look import Look
from rescind.review.naming.words import words_of

STAGES = frozenset(
    ["dev", "devel", "develop", "development", "debug", "local", "localdev", "test", "testing", "tests",
     "ci", "demo", "example",
     "sandbox", "playground", "entwicklung", "lokal", "desarrollo", "pruebas", "prueba", "developpement",
     "essai", "essais",
     "sviluppo", "prova", "desenvolvimento", "teste", "testes"]
)  # fmt: skip
REAL = frozenset(["prod", "production", "live", "staging", "deployed", "release"])


def for_development(look: Look, node: ast.AST) -> bool:
    """Whether a node is never used where users are: by the name of its module, class or function, or by the
    test of a branch around it."""
    *packages, name = look.module.name.split(".")
    packages += [name] if look.module.path.name == "__init__.py" else []
    if speaks_of_stage(name) or not {"debug", "demo", "demos", "dev", "sandbox"}.isdisjoint(packages):
        return True
    below = node
    for above in look.module.above(node):
        if isinstance(above, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and speaks_of_stage(
            above.name
        ):
            return True
        if isinstance(above, ast.If | ast.IfExp) and below is not above.test:
            body = above.body if isinstance(above.body, list) else [above.body]
            if "__name__" in {text_of(each) for each in walk(above.test)}:
                return True  # run by hand
            if branch_of_stage(above.test, taken=any(below is each for each in body)):
                return True
        below = above
    return False


def speaks_of_stage(name: str) -> bool:
    return not STAGES.isdisjoint(words_of(name))


def branch_of_stage(test: ast.expr, *, taken: bool) -> bool:
    """Whether a branch is that of development: ``if DEBUG``, ``if ENV == "dev"``, else of ``if PROD``."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return branch_of_stage(test.operand, taken=not taken)
    if isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.NotEq | ast.NotIn | ast.IsNot):
        taken = not taken
    said = {word for each in walk(test) for word in words_of(text_of(each))}
    if said & STAGES:
        return taken
    return bool(said & REAL) and not taken


def text_of(node: ast.AST) -> str:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) and len(node.value) < 60 else ""
    return last_name(node)
