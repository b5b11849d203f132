"""Pyramid: portal for those who deliver stones."""
from pyramid.authentication import AuthTktCookieHelper
from pyramid.config import Configurator
from pyramid.session import JSONSerializer, SignedCookieSessionFactory
from pyramid_session_redis import session_factory_from_settings

from .security import Policy


def main(global_config, **settings):
    config = Configurator(settings=settings)
    config.set_security_policy(Policy(settings["auth.secret"]))
    config.set_session_factory(session_factory_from_settings(settings))
    config.set_default_csrf_options(require_csrf=True)
    config.add_route("login", "/login")
    config.add_route("login_badge", "/login/badge")
    config.add_route("logout", "/logout")
    config.add_route("delivery", "/deliveries/{number:\\d+}")
    config.add_route("delivery_edit", "/deliveries/{number:\\d+}/edit")
    config.add_route("notice", "/notices")
    config.add_route("lost", "/lost")
    config.scan(".views")
    return config.make_wsgi_app()


def drafts_session(settings):
    """Only drafts of forms are kept in it, and nobody signs in by it."""
    return SignedCookieSessionFactory(
        settings["drafts.secret"], serializer=JSONSerializer(), httponly=True, secure=True, samesite="Lax"
    )
