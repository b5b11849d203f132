# -*- coding: utf-8 -*-
"""A thin layer over PyMySQL, after the example of torndb."""
import hashlib
import time

import pymysql
import pymysql.cursors


class Row(dict):
    def __getattr__(self, name):
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name)


class Connection(object):
    def __init__(self, host, database, user, password):
        name, _, port = host.partition(":")
        self._args = dict(
            host=name,
            port=int(port or 3306),
            db=database,
            user=user,
            password=password,
            charset="utf8mb4",
            autocommit=True,
            cursorclass=pymysql.cursors.DictCursor,
        )
        self._db = None
        self._used = 0

    def _cursor(self):
        if self._db is None or time.time() - self._used > 3600:
            self._db = pymysql.connect(**self._args)
        self._used = time.time()
        return self._db.cursor()

    def query(self, query, *args):
        cursor = self._cursor()
        try:
            cursor.execute(query, args or None)
            return [Row(r) for r in cursor.fetchall()]
        finally:
            cursor.close()

    def get(self, query, *args):
        rows = self.query(query, *args)
        return rows[0] if rows else None

    def execute(self, query, *args):
        cursor = self._cursor()
        try:
            cursor.execute(query, args or None)
            return cursor.lastrowid
        finally:
            cursor.close()


def fingerprint(token):
    if not isinstance(token, bytes):
        token = token.encode("utf-8")
    return hashlib.sha256(token).hexdigest()
