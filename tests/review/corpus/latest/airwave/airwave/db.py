import sqlite3
import time

from tornado.options import options

SCHEMA = """
create table if not exists people (
    id integer primary key, name text unique, email text, password text, role text default 'listener');
create table if not exists sessions (digest text primary key, person_id integer, kind text, ends real);
create table if not exists resets (digest text primary key, person_id integer, ends real);
create table if not exists tracks (
    id integer primary key, isrc text, artist text, title text, genre text, plays integer default 0, added_by integer);
create table if not exists plays (track_id integer, at real);
create table if not exists votes (person_id integer, track_id integer, primary key (person_id, track_id));
create table if not exists shouts (id integer primary key, person_id integer, body text, at real);
create table if not exists shows (id integer primary key, dj_id integer, title text, starts text, notes text);
"""


def connect():
    db = sqlite3.connect(options.db, isolation_level=None)
    db.row_factory = sqlite3.Row
    return db


def setup():
    with connect() as db:
        db.executescript(SCHEMA)


def one(sql, *args):
    return connect().execute(sql, args).fetchone()


def all_(sql, *args):
    return connect().execute(sql, args).fetchall()


def run(sql, *args):
    return connect().execute(sql, args).rowcount


def add_session(digest, person_id, kind, days):
    run("insert into sessions values (?, ?, ?, ?)", digest, person_id, kind, time.time() + days * 86400)


def search_tracks(words, order):
    col = {"artist": "artist", "title": "title", "plays": "plays desc"}.get(order, "artist")
    return all_("select * from tracks where artist like ? or title like ? order by " + col, *(["%" + words + "%"] * 2))


def chart(since, genre):
    q = "select t.artist, t.title, count(*) n from plays p join tracks t on t.id = p.track_id"
    q += " where p.at > %d" % int(since)
    if genre:
        q += " and t.genre = '" + genre + "'"
    return all_(q + " group by t.id order by n desc limit 40")
