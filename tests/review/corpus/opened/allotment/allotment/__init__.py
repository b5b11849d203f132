"""Plots, water and dues of an allotment society."""

import os

from pymongo import MongoClient
from pyramid.config import Configurator
from pyramid_session_redis import session_factory_from_settings

from .security import Gate, Root


def main(global_config, **settings):
    settings.setdefault("redis.sessions.secret", os.environ["ALLOTMENT_SESSION_SECRET"])
    settings.setdefault("redis.sessions.url", os.environ["ALLOTMENT_REDIS"])
    settings.setdefault("redis.sessions.timeout", "7200")
    settings.setdefault("redis.sessions.cookie_secure", "true")
    settings.setdefault("redis.sessions.cookie_httponly", "true")
    settings.setdefault("redis.sessions.cookie_samesite", "Lax")
    config = Configurator(settings=settings, root_factory=Root)
    config.set_session_factory(session_factory_from_settings(settings))
    config.set_security_policy(Gate())
    config.set_default_csrf_options(require_csrf=True)

    client = MongoClient(os.environ["ALLOTMENT_MONGO"])
    config.add_request_method(lambda request: client.allotment, "db", reify=True)

    config.include(routes)
    config.scan(".views")
    return config.make_wsgi_app()


def routes(config):
    config.add_route("home", "/")
    config.add_route("login", "/login")
    config.add_route("logout", "/logout")
    config.add_route("forgotten", "/forgotten")
    config.add_route("reset", "/reset/{code}")
    config.add_route("board_login", "/board/login")
    config.add_route("me", "/me")
    config.add_route("me_contact", "/me/contact")
    config.add_route("plots", "/plots")
    config.add_route("plot", "/plots/{number}")
    config.add_route("plot_crops", "/plots/{number}/crops")
    config.add_route("plot_water", "/plots/{number}/water")
    config.add_route("dues", "/board/dues")
    config.add_route("dues_waive", "/board/dues/{member}/waive")
    config.add_route("dues_reminders", "/board/dues/reminders")
    config.add_route("waiting", "/board/waiting")
    config.add_route("waiting_entry", "/board/waiting/{entry}")
