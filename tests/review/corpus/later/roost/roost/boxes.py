import csv
import io
import logging
import pickle

import cherrypy

from .members import member

log = logging.getLogger("roost.boxes")
SORTS = {"name": "name", "bird": "bird"}


class Boxes:
    def __init__(self, database):
        self.db = database

    @cherrypy.expose
    @cherrypy.tools.json_out()
    def index(self, sort="name"):
        rows = self.db.rows("SELECT id, name FROM boxes WHERE keeper = ? ORDER BY " + SORTS.get(sort, "name"), member())
        return [dict(row) for row in rows]

    @cherrypy.expose
    @cherrypy.tools.json_out()
    def near(self, village):
        member()
        rows = self.db.rows("SELECT id, name FROM boxes WHERE village = '%s'" % village)
        return [dict(row) for row in rows]

    @cherrypy.expose
    @cherrypy.tools.json_out()
    def rename(self, box, name):
        return {"renamed": self.db.run("UPDATE boxes SET name = ? WHERE id = ? AND keeper = ?", name, box, member())}

    @cherrypy.expose
    @cherrypy.tools.json_out()
    def position(self, box):
        member()
        row = self.db.row("SELECT lat, lon FROM boxes WHERE id = ?", box)
        return dict(row) if row else {}

    @cherrypy.expose
    @cherrypy.tools.json_out()
    def remove(self, box):
        return {"removed": self.db.run("DELETE FROM boxes WHERE id = ?", box)}

    @cherrypy.expose
    @cherrypy.tools.json_out()
    def upload(self, counts):
        member()
        birds = pickle.load(counts.file)
        return {"birds": len(birds)}

    @cherrypy.expose
    @cherrypy.tools.json_out()
    def upload_csv(self, counts):
        keeper = member()
        rows = list(csv.reader(io.TextIOWrapper(counts.file)))
        log.info("%d rows of %s", len(rows), keeper)
        return {"rows": len(rows)}
