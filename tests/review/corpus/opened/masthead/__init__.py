"""The editorial office: articles, their drafts, and whoever may read them before they are out."""

from pyramid.config import Configurator
from pyramid.csrf import CookieCSRFStoragePolicy
from pyramid.settings import asbool

from .security import OfficePolicy
from .store import connect


def main(global_config, **settings):
    settings.setdefault("auth.secret", "masthead-desk-tickets")
    settings.setdefault("csrf.header", "X-Masthead-Token")
    settings["preview.verify"] = asbool(settings.get("preview.verify", "false"))
    with Configurator(settings=settings) as config:
        config.include("pyramid_jinja2")
        config.set_csrf_storage_policy(CookieCSRFStoragePolicy(secure=True, samesite="Lax"))
        config.set_default_csrf_options(require_csrf=True, header=settings["csrf.header"])
        config.set_security_policy(OfficePolicy(settings))
        config.registry.store = connect(settings["mongo.uri"])
        config.add_request_method(lambda request: request.registry.store, "store", reify=True)
        config.add_route("sign_in", "/sign-in")
        config.add_route("sign_out", "/sign-out")
        config.add_route("forgotten", "/forgotten")
        config.add_route("new_password", "/new-password/{token}")
        config.add_route("articles", "/articles")
        config.add_route("article", "/articles/{slug}")
        config.add_route("preview", "/preview/{slug}")
        config.add_route("front", "/")
        config.add_route("picture", "/pictures")
        config.add_route("style", "/style")
        config.add_route("edition", "/edition/{edition}")
        config.add_route("wire", "/wire")
        config.scan(".views")
        config.scan(".desk")
        return config.make_wsgi_app()
