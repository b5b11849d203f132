import sqlite3

SCHEMA = """
CREATE TABLE IF NOT EXISTS lantagare (
    id INTEGER PRIMARY KEY, kortnummer TEXT UNIQUE, personnummer TEXT UNIQUE, epost TEXT UNIQUE,
    namn TEXT NOT NULL, losen TEXT NOT NULL, pin TEXT, anstalld INTEGER NOT NULL DEFAULT 0,
    avgift INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS sessioner (
    sid TEXT PRIMARY KEY, lantagare INTEGER, korg TEXT NOT NULL DEFAULT '', slutar INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS bocker (id INTEGER PRIMARY KEY, titel TEXT NOT NULL, hylla TEXT);
CREATE TABLE IF NOT EXISTS lan (
    id INTEGER PRIMARY KEY, bok INTEGER NOT NULL, lantagare INTEGER NOT NULL, ater TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS reservationer (
    id INTEGER PRIMARY KEY, bok INTEGER NOT NULL, lantagare INTEGER NOT NULL, hallplats TEXT);
CREATE TABLE IF NOT EXISTS hallplatser (namn TEXT, dag INTEGER, tid TEXT);
"""


def oppna(fil):
    db = sqlite3.connect(fil, isolation_level=None)
    db.row_factory = sqlite3.Row
    db.executescript(SCHEMA)
    return db


def en(db, fraga, *varden):
    return db.execute(fraga, varden).fetchone()
