"""Routes of Flask are those of its map, with what runs before them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask
from flask.views import MethodView, View

from rescind.paths.running.callables import Table
from rescind.paths.running.of_flask import hooks_of, routes_of, settings_of


def before_all() -> None:
    """Nothing."""


def before_inner() -> None:
    """Nothing."""


def view(**_given: Any) -> str:
    return ""


class Pages(MethodView):
    def get(self) -> str:
        return ""

    def post(self) -> str:
        return ""


class Old(View):
    methods = ("GET",)

    def dispatch_request(self) -> str:
        return ""


def large() -> Flask:
    app = Flask(__name__, static_folder=".", static_url_path="/static")
    app.before_request(before_all)
    outer, inner = Blueprint("outer", __name__), Blueprint("inner", __name__)
    inner.before_request(before_inner)
    inner.add_url_rule("/<int:number>", view_func=view, methods=["PUT", "DELETE"])
    outer.register_blueprint(inner, url_prefix="/in")
    outer.add_url_rule("/pages", view_func=Pages.as_view("pages"))
    app.register_blueprint(outer, url_prefix="/out")
    app.add_url_rule("/old", view_func=Old.as_view("old"))
    return app


def test_routes_are_those_of_the_map() -> None:
    app = large()
    found = {(each["method"], each["path"]) for each in routes_of(app, Table())}
    told = {(m, rule.rule) for rule in app.url_map.iter_rules() for m in (rule.methods or ())}
    assert found == {each for each in told if each[0] not in {"HEAD", "OPTIONS"}}


def test_what_runs_before_and_which_method_answers() -> None:
    app, table = large(), Table()
    routes = {(each["method"], each["path"]): each for each in routes_of(app, table)}

    def names(method: str, path: str) -> list[str]:
        route = routes[method, path]
        return [table.rows[n]["name"].rpartition(".")[2] for n in (*route["guards"], route["endpoint"])]

    assert names("DELETE", "/out/in/<int:number>") == ["before_all", "before_inner", "view"]
    assert names("POST", "/out/pages") == ["before_all", "post"]
    assert names("GET", "/old") == ["before_all", "dispatch_request"]
    assert routes["GET", "/static/<path:filename>"]["kind"] == "static"


def test_settings_without_secrets() -> None:
    app = Flask(__name__)
    app.config.update(SECRET_KEY="not to be seen", PERMANENT_SESSION_LIFETIME=60)
    found = settings_of(app)
    assert found["PERMANENT_SESSION_LIFETIME"] == 60
    assert "not to be seen" not in str(found)
    assert hooks_of(app, Table()) == {}
