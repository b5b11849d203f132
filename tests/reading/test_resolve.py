"""Names followed to what they stand for, through imports, aliases, classes and objects."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from tests.reading.written import module, named, project, within

from rescind.reading import Class, Function, Variable
from rescind.reading.resolve import MOST_TYPES


@pytest.mark.parametrize(
    ("text", "expression", "name"),
    [
        ("import jwt", "jwt.decode", "jwt.decode"),
        ("import jwt as j", "j.decode", "jwt.decode"),
        ("from jwt import decode as d", "d", "jwt.decode"),
        ("import a.b.c", "a.b.c.d", "a.b.c.d"),
        ("import a.b as x", "x.c", "a.b.c"),
        ("import jwt\nread = jwt.decode\nagain = read", "again", "jwt.decode"),
        ("from fastapi import FastAPI\napp = FastAPI()", "app.get", "fastapi.FastAPI.get"),
        ("from x import *", "something", "x.something"),
        ("from x import *", "print", "print"),
        ("from django.db import connection\ncursor = connection.cursor()", "cursor.execute",
         "django.db.connection.cursor().execute"),
        ("from django.db import connection\nwith connection.cursor() as c:\n    pass", "c.execute",
         "django.db.connection.cursor().execute"),
        ("app: 'FastAPI'\nfrom fastapi import FastAPI", "app.get", "fastapi.FastAPI.get"),
        ("from fastapi import FastAPI\napp: FastAPI | None = None", "app.get", "fastapi.FastAPI.get"),
        ("from typing import Annotated as A, Optional\nfrom a import B\nx: Optional[A[B, 1]] = None",
         "x.c", "a.B.c"),
        ("from typing import Annotated as A\nfrom a import B, C\nUser = A[B, C()]\nx: User", "x.c", "a.B.c"),
        ("from a import B\ndef make() -> B: ...\nx = make()", "x.c", "a.B.c"),
        ("from a import B\ndef make():\n    return B()\nx = make()", "x.c", "a.B.c"),
        ("from a import B\nx = (y := B())", "y.c", "a.B.c"),
        ("from a import B\nasync def f():\n    pass\nx = B() if f else None", "x.c", "a.B.c"),
        ("'a'", "'text'.encode", "str.encode"),
        ("x = [1]", "x.append", "list.append"),
        ("try:\n    pass\nexcept ValueError as error:\n    pass", "error.args", "ValueError.args"),
    ],
)  # fmt: skip
def test_a_name_stands_for(tmp_path: Path, text: str, expression: str, name: str) -> None:
    assert named(module(tmp_path, text), expression) == [name]


def test_a_name_that_two_branches_bind_stands_for_both(tmp_path: Path) -> None:
    made = module(tmp_path, "try:\n    import orjson as json\nexcept ImportError:\n    import json\n")
    assert named(made, "json.loads") == ["orjson.loads", "json.loads"]


def test_the_last_certain_binding_is_in_force(tmp_path: Path) -> None:
    made = module(tmp_path, "import a as x\nimport b as x\nif a:\n    import c as x\n")
    assert named(made, "x") == ["b", "c"]


SHOP = {
    "src/shop/__init__.py": "from .app import app\nfrom .security import *\n",
    "src/shop/app.py": "from fastapi import FastAPI\nfrom shop import models\napp = FastAPI()\n",
    "src/shop/security/__init__.py": """
        from .tokens import decode, _hidden
        __all__ = ['decode']
        __all__ += ['User']
        from ..models import User
    """,
    "src/shop/security/tokens.py": "from jwt import decode\n_hidden = 1\n",
    "src/shop/models.py": """
        class Base:
            def save(self): ...
        class User(Base):
            active = True
            def __init__(self):
                self.token = Base()
    """,
    "tests/test_it.py": "import shop\nimport shop.models as m\nfrom shop.security import decode as d\n",
}


def test_names_are_followed_from_file_to_file(tmp_path: Path) -> None:
    made = project(tmp_path, SHOP)
    test = made.module("tests.test_it")
    assert test is not None
    assert named(test, "d") == ["jwt.decode"]
    assert named(test, "shop.decode") == ["jwt.decode"]
    assert named(test, "shop.app.get") == ["fastapi.FastAPI.get"]
    assert named(test, "m.User.save") == ["shop.models.Base.save"]
    assert named(test, "shop.User().save") == ["shop.models.Base.save"]
    assert named(test, "shop.User().token.save") == ["shop.models.Base.save"]
    assert named(test, "shop.security._hidden") == ["shop.security.tokens._hidden"]
    assert named(test, "shop._hidden") == []
    (found,) = made.find("shop.User")
    assert isinstance(found.definition, Class)
    (found,) = made.find("shop.models.User.active")
    assert isinstance(found.definition, Variable)


def test_circles_end(tmp_path: Path) -> None:
    made = project(
        tmp_path,
        {
            "a.py": "from b import *\nfrom b import x\nfrom c import y\nz = z\nclass K(K): ...\n"
            "v = w\nw = v\n",
            "b.py": "from a import *\nfrom a import x\nfrom . import nothing\n",
            "c.py": "from c import y\n",
            "d/__init__.py": "from . import d\nfrom .d import d as e\n",
            "d/d.py": "from d import d\nfrom d import e\n",
        },
    )
    a, d = made.module("a"), made.module("d")
    assert a is not None and d is not None
    for name in ("x", "y", "z", "K.x", "v", "w.x"):
        named(a, name)
    assert named(d, "d") == ["d.d"]
    (cls,) = a.classes
    assert [each.name for each in cls.mro] == ["a.K"]


METHODS = """
    from functools import partial, wraps
    from sqlalchemy.orm import Session
    from store import Store

    def guard(f):
        @wraps(f)
        def inner(*args, **kwargs):
            return f(*args, **kwargs)
        return inner

    class Base:
        store: Store
        def load(self): ...

    class Service(Base):
        def __init__(self, session: Session):
            self.session = session
            self.other = Store()

        @guard
        def run(self, request):
            user = self.load()
            rows = self.session
            return super().load()

        @staticmethod
        def still(x): ...

    def free(service: Service, session):
        local = service
        local.run(1)
        partial(local.run, 2)()
        later = partial(free, 1)
        later()

    def no(x):
        x = Store()
        x = Session()
        return x
"""


def test_methods_through_self_and_annotated_objects(tmp_path: Path) -> None:
    made = module(tmp_path, METHODS)
    assert within(made, "Service.run", "self.load") == ["m.Base.load"]
    assert within(made, "Service.run", "self.session.execute") == ["sqlalchemy.orm.Session.execute"]
    assert within(made, "Service.run", "self.other.get") == ["store.Store.get"]
    assert within(made, "Service.run", "self.store.get") == ["store.Store.get"]
    assert within(made, "Service.run", "request.user") == ["m.Service.run.request.user"]
    assert within(made, "free", "local.session.execute") == ["sqlalchemy.orm.Session.execute"]
    assert within(made, "no", "x.y") == ["sqlalchemy.orm.Session.y"]
    free = next(each for each in made.functions if each.name == "free")
    assert [each.name for each in free.calls] == [
        "m.Service.run", "m.Service.run", "functools.partial", "functools.partial", "m.free",
    ]  # fmt: skip
    run = next(each for each in made.functions if each.name == "run")
    assert run.cls is not None and run.cls.name == "Service"
    assert "m.Base.load" in [each.name for each in run.calls]


def test_attributes_that_are_set_together_each_have_their_own_value(tmp_path: Path) -> None:
    made = module(
        tmp_path,
        """
        from sqlalchemy.orm import Session

        class Ledger:
            def __init__(self, name: str, session: Session) -> None:
                self.name, self.session = name, session

            def close(self):
                self.session.close()
        """,
    )
    assert within(made, "Ledger.close", "self.session.close") == ["sqlalchemy.orm.Session.close"]


def test_calls_know_what_is_given(tmp_path: Path) -> None:
    made = module(
        tmp_path,
        """
        class A:
            def f(self, a, b=2, *, c=3): ...
        def g(a, *rest, **more): ...
        def run(x: A, items):
            x.f(1, c=4)
            g(*items, 2, d=5)
        """,
    )
    run = next(each for each in made.functions if each.name == "run")
    first, second = run.calls
    assert {name: getattr(node, "value", None) for name, node in first.bound().items()} == {"a": 1, "c": 4}
    assert second.argument("a", 0) is None and second.argument("d") is not None
    assert isinstance(first.named[0].definition, Function)
    assert [(f.name if f else None, c.name) for f, c in made.project.callers("m.g")] == [("run", "m.g")]


def test_a_function_is_found_by_its_line(tmp_path: Path) -> None:
    made = module(tmp_path, METHODS)
    inner = made.function_at(9)
    assert inner is not None and inner.qualname == "m.guard.inner"
    decorated = made.function_at(21)
    assert decorated is not None and decorated.qualname == "m.Service.run"
    assert made.function_at(9, "guard") is not None
    assert made.function_at(1) is None


def test_a_name_bound_anew_of_itself_in_many_branches_is_followed_in_bounds(tmp_path: Path) -> None:
    """Two filters of a query, one going on from the other: with six branches each, following took more memory
    than a machine has."""

    def filters(name: str, base: str, start: str) -> list[str]:
        lines = [f"class {name}({base}):", "    def filter_qs(self, qs):", f"        qs = {start}"]
        for i in range(30):
            lines += [
                f"        if self.data[{i}]:",
                f"            qs = qs.filter(f{i}=1)",
                "        else:",
                f"            qs = qs.annotate(a{i}=1).values('x{i}')",
            ]
        return [*lines, "        return qs"]

    text = [
        "from django.db.models import Manager",
        *filters("Base", "object", "Manager()"),
        *filters("Form", "Base", "super().filter_qs(qs)"),
        "found = Form().filter_qs(None)",
    ]
    at = module(tmp_path, "\n".join(text))
    [named] = at.project.resolve(ast.parse("found", mode="eval").body, at.scope)
    assert isinstance(named.definition, Variable)
    types = at.project.types_of(named.definition.values[0], at.scope)
    assert "django.db.models.Manager" in {each.name for each in types}
    assert len(types) <= MOST_TYPES
