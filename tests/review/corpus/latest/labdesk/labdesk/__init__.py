"""Labdesk: booking of instruments at the Institute of Materials."""
from pyramid.authorization import ACLAuthorizationPolicy
from pyramid.config import Configurator
from sqlalchemy import engine_from_config

from .models import Base, DBSession
from .security import LabSecurityPolicy


def main(global_config, **settings):
    engine = engine_from_config(settings, "sqlalchemy.")
    DBSession.configure(bind=engine)
    Base.metadata.bind = engine

    config = Configurator(settings=settings, root_factory="labdesk.models.Root")
    config.include("pyramid_jinja2")
    config.include("pyramid_tm")
    config.include("pyramid_redis_sessions")
    config.registry.acl = ACLAuthorizationPolicy()
    config.registry.form_key = settings.get("labdesk.form_key", "d0-not-care-4711-materials")
    config.registry.mail_key = settings["labdesk.mail_key"]
    config.set_security_policy(LabSecurityPolicy())
    config.set_default_csrf_options(require_csrf=True)

    config.add_static_view("static", "static", cache_max_age=3600)
    for name, pattern in [
        ("home", "/"),
        ("sign_in", "/sign-in"),
        ("guest", "/guest"),
        ("sign_out", "/sign-out"),
        ("forgot", "/forgot"),
        ("reset", "/reset/{user_id}/{code}"),
        ("password", "/password"),
        ("profile", "/profile"),
        ("instruments", "/instruments"),
        ("instrument", "/instruments/{id}"),
        ("retire", "/instruments/{id}/retire"),
        ("bookings", "/bookings"),
        ("booking", "/bookings/{id}"),
        ("usage", "/usage"),
        ("voucher", "/voucher"),
        ("protocol", "/protocol"),
        ("reading", "/readings"),
        ("feedback", "/feedback"),
        ("theme", "/theme"),
    ]:
        config.add_route(name, pattern)
    config.scan("labdesk.views")
    return config.make_wsgi_app()
