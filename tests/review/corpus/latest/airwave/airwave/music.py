import json
import os
import pickle
import time

from tornado.options import options
from tornado.web import HTTPError, authenticated

from . import db, secret
from .base import Base, Boss, DjBase


class Tracks(Base):
    """The catalogue is open to everybody."""

    def get(self):
        rows = db.search_tracks(self.get_argument("q", ""), self.get_argument("order", "artist"))
        etag = self.request.headers.get("If-None-Match")
        if etag and etag == '"%d"' % len(rows):
            return self.set_status(304)
        self.set_header("Etag", '"%d"' % len(rows))
        self.write({"tracks": [dict(r) for r in rows]})


class Chart(Base):
    def get(self):
        self.write({"chart": [dict(r) for r in db.chart(self.get_argument("since", "0"), self.get_argument("genre", ""))]})


class Shouts(Base):
    def get(self):
        self.write({"shouts": [dict(r) for r in db.all_("select id, body, at from shouts order by id desc limit 50")]})

    @authenticated
    def post(self):
        body = self.get_body_argument("body")[:280]
        db.run("insert into shouts (person_id, body, at) values (?, ?, ?)", self.current_user["id"], body, time.time())

    @authenticated
    def delete(self):
        if not db.run(
            "delete from shouts where id = ? and person_id = ?", int(self.get_argument("id")), self.current_user["id"]
        ):
            raise HTTPError(404)


class Shows(DjBase):
    @authenticated
    def get(self):
        self.write({"shows": [dict(r) for r in db.all_("select id, title, starts from shows order by starts")]})

    @authenticated
    def post(self):
        db.run(
            "insert into shows (dj_id, title, starts) values (?, ?, ?)",
            self.current_user["id"],
            self.get_body_argument("title"),
            self.get_body_argument("starts"),
        )
        self.set_status(201)


class Show(DjBase):
    @authenticated
    def get(self, show_id):
        row = db.one("select * from shows where id = ? and dj_id = ?", int(show_id), self.current_user["id"])
        if row is None:
            raise HTTPError(404)
        self.write(dict(row))

    @authenticated
    def put(self, show_id):
        row = db.one("select * from shows where id = ?", int(show_id))
        if row is None:
            raise HTTPError(404)
        db.run("update shows set notes = ? where id = ?", self.get_body_argument("notes"), row["id"])

    def delete(self, show_id):
        if not db.run("delete from shows where id = ?", int(show_id)):
            raise HTTPError(404)


class People(Boss):
    def get(self):
        self.write({"people": [dict(r) for r in db.all_("select id, name, role from people")]})


class Promote(Boss):
    def post(self, person_id):
        db.run("update people set role = 'dj' where id = ?", int(person_id))


class Vote(Base):
    def check_xsrf_cookie(self):
        pass

    @authenticated
    def post(self, track_id):
        db.run("insert or replace into votes values (?, ?)", self.current_user["id"], int(track_id))


class Upload(Base):
    """The jingle machine in the cellar."""

    def check_xsrf_cookie(self):
        pass

    def post(self):
        sent = self.request.headers.get("X-Signature", "")
        if not secret.same(sent, secret.signature(options.upload_secret, self.request.body)):
            raise HTTPError(403)
        meta = json.loads(self.request.body)
        db.run("insert into tracks (isrc, artist, title) values (?, ?, ?)", meta["isrc"], meta["artist"], meta["title"])
        self.set_status(201)


class Spool(DjBase):
    """Playlists that other stations leave in the shared folder."""

    @authenticated
    def get(self):
        lists = []
        for name in sorted(os.listdir(options.spool)):
            with open(os.path.join(options.spool, name), "rb") as f:
                lists.append(pickle.load(f) if name.endswith(".pls") else json.load(f))
        self.write({"lists": lists})
