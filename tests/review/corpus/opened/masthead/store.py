import datetime as dt
import hashlib
import hmac
import os
import time
import uuid

from pymongo import MongoClient


def now():
    return dt.datetime.now(dt.timezone.utc)


def scramble(password, salt):
    return hashlib.sha512(salt + password.encode("utf-8")).digest()


class Store:
    def __init__(self, database):
        self.db = database

    # people

    def person(self, name):
        return self.db.people.find_one({"name": str(name)})

    def set_password(self, name, password):
        salt = os.urandom(16)
        self.db.people.update_one({"name": name}, {"$set": {"salt": salt, "password": scramble(password, salt)}})
        self.db.sessions.delete_many({"name": name})

    def enters(self, name, password):
        person = self.person(name) or {"salt": b"\0" * 16, "password": b"\0" * 64}
        return hmac.compare_digest(scramble(password, person["salt"]), person["password"]) and "name" in person

    # sessions

    def open_session(self, name):
        key = os.urandom(24).hex()
        self.db.sessions.insert_one({"_id": key, "name": name, "ends": now() + dt.timedelta(hours=10)})
        return key

    def session(self, key):
        return self.db.sessions.find_one({"_id": str(key), "ends": {"$gt": now()}})

    def close_session(self, key):
        self.db.sessions.delete_one({"_id": str(key)})

    # new passwords

    def open_reset(self, person):
        seed = f"{person['name']}/{person['mail']}/{time.time_ns()}"
        token = hashlib.sha256(seed.encode()).hexdigest()
        self.db.resets.insert_one(
            {
                "_id": hashlib.sha256(token.encode()).hexdigest(),
                "name": person["name"],
                "ends": now() + dt.timedelta(minutes=45),
            }
        )
        return token

    def redeem_reset(self, token):
        found = self.db.resets.find_one_and_delete({"_id": hashlib.sha256(token.encode()).hexdigest()})
        return found["name"] if found and found["ends"] > now() else None

    # articles

    def published(self, limit=40):
        return list(self.db.articles.find({"state": "out"}).sort("at", -1).limit(limit))

    def article(self, slug):
        return self.db.articles.find_one({"slug": str(slug)})

    def draft(self, author, title, body):
        slug = f"{title.lower().replace(' ', '-')[:60]}-{uuid.uuid1().hex[:6]}"
        self.db.articles.insert_one(
            {"slug": slug, "author": author, "title": title, "body": body, "state": "draft", "at": now()}
        )
        return slug

    def keep_picture(self, content):
        number = hashlib.sha1(content).hexdigest()
        self.db.pictures.update_one({"_id": number}, {"$set": {"content": content}}, upsert=True)
        return number

    def style(self):
        return self.db.settings.find_one({"_id": "style"}) or {}

    def save_style(self, rules):
        self.db.settings.replace_one({"_id": "style"}, {"_id": "style", **rules}, upsert=True)

    def file_wire(self, items):
        if items:
            self.db.wire.insert_many(items)


def connect(uri):
    client = MongoClient(uri, tz_aware=True)
    client.get_default_database().sessions.create_index("ends", expireAfterSeconds=0)
    return Store(client.get_default_database())
