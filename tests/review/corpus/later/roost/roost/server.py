"""Roost, the nest boxes of a nature reserve: CherryPy, with sessions in files or in memcached."""

import os

import cherrypy

from .members import Members
from .boxes import Boxes
from .store import Database

CONF = {
    "global": {"server.socket_port": 8080, "engine.autoreload.on": False},
    "/": {
        "tools.sessions.on": True,
        "tools.sessions.storage_class": cherrypy.lib.sessions.FileSession,
        "tools.sessions.storage_path": "/var/lib/roost/sessions",
        "tools.sessions.timeout": 120,
        "tools.sessions.httponly": True,
        "tools.sessions.name": "roost",
    },
}


def secure(config):
    config["/"]["tools.sessions.secure"] = True
    return config


class Root:
    @cherrypy.expose
    def index(self):
        return "<h1>Roost</h1>"


def main():
    database = Database(os.environ.get("ROOST_DB", "/var/lib/roost/roost.db"))
    root = Root()
    root.members = Members(database)
    root.boxes = Boxes(database)
    cherrypy.quickstart(root, "/", secure(CONF))


def kiosk():
    """The hut at the gate, on a network of its own."""
    database = Database(os.environ.get("ROOST_DB", "/var/lib/roost/roost.db"))
    config = {"/": dict(CONF["/"])}
    config["/"]["tools.sessions.httponly"] = False
    root = Root()
    root.members = Members(database)
    cherrypy.quickstart(root, "/", config)


if __name__ == "__main__":
    main()
