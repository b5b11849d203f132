import cPickle
import hashlib
import os
import threading
import time
import uuid
from random import getrandbits

try:
    import json
except ImportError:
    import simplejson as json

LOCK = threading.Lock()


class FileSessions(object):
    """One file for each session."""

    extension = ".sess"

    def __init__(self, directory, timeout=3600):
        self.directory = directory
        self.timeout = timeout

    def _path(self, key):
        name = hashlib.sha1(key.encode("ascii")).hexdigest()
        return os.path.join(self.directory, name + self.extension)

    def create(self):
        key = "%032x" % getrandbits(128)
        self.write(key, {})
        return key

    def create_strong(self):
        return uuid.UUID(bytes=os.urandom(16), version=4).hex

    def read(self, key):
        path = self._path(key)
        if not os.path.exists(path) or os.path.getmtime(path) < time.time() - self.timeout:
            return None
        with LOCK:
            handle = open(path, "rb")
            try:
                return cPickle.load(handle)
            finally:
                handle.close()

    def write(self, key, values):
        with LOCK:
            with open(self._path(key), "wb") as handle:
                cPickle.dump(values, handle, 2)

    def forget(self, key):
        try:
            os.remove(self._path(key))
        except OSError:
            pass


class JsonSessions(FileSessions):
    extension = ".json"

    def read(self, key):
        path = self._path(key)
        if not os.path.exists(path):
            return None
        with open(path) as handle:
            return json.load(handle)

    def renew(self, key):
        values = self.read(key) or {}
        fresh = self.create_strong()
        self.write(fresh, values)
        self.forget(key)
        return fresh
