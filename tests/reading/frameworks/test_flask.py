"""Routes of Flask, read: with the prefixes of blueprints, their hooks, and the decorators of views."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.reading.written import project

from rescind.reading.frameworks import routes

SHOP = {
    "shop/__init__.py": "",
    "shop/main.py": """
        from flask import Flask
        from .pages import pages
        from .views import Old, View
        def create_app():
            app = Flask(__name__)
            app.register_blueprint(pages, url_prefix="/p")
            return app
        app = Flask(__name__)
        app.register_blueprint(pages)
        @app.before_request
        def everywhere(): ...
        app.add_url_rule("/view", view_func=View.as_view("view"))
        app.add_url_rule("/old", view_func=Old.as_view("old"))
    """,
    "shop/pages.py": """
        from flask import Blueprint
        from .guards import guard, role
        pages = Blueprint("pages", __name__, url_prefix="/pages")
        @pages.before_request
        def before(): ...
        @pages.route("/<int:number>", methods=["GET", "DELETE"])
        @role("admin")
        @guard
        def page(number): ...
    """,
    "shop/views.py": """
        from flask.views import MethodView, View as Base
        from .guards import guard
        class View(MethodView):
            decorators = [guard]
            def get(self): ...
            def post(self): ...
        class Old(Base):
            def dispatch_request(self): ...
    """,
    "shop/guards.py": """
        def guard(f): return f
        def role(name):
            def around(f): return f
            return around
    """,
}


def test_routes_with_what_is_around_them(tmp_path: Path) -> None:
    found = {
        (each.method, each.path): [ast.unparse(before.node) for before in each.before]
        for each in routes(project(tmp_path, SHOP))
    }
    guards = ["before", "role('admin')", "guard"]
    assert found == {
        ("GET", "/pages/<int:number>"): ["everywhere", *guards],
        ("DELETE", "/pages/<int:number>"): ["everywhere", *guards],
        ("GET", "/p/<int:number>"): guards,
        ("DELETE", "/p/<int:number>"): guards,
        ("GET", "/view"): ["everywhere", "guard"],
        ("POST", "/view"): ["everywhere", "guard"],
        ("GET", "/old"): ["everywhere"],
    }
