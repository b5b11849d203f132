import base64
import crypt
import hashlib
import hmac
import sys

from webob import Request, Response
from webob.exc import HTTPForbidden, HTTPFound, HTTPNotFound, HTTPUnauthorized

from oldgate.session import FileSessions, JsonSessions

KEY = b"oldgate-default-key"


def sign(value, key=KEY):
    mac = hmac.new(key, value.encode("utf-8"), hashlib.sha1).digest()
    return base64.urlsafe_b64encode(mac).decode("ascii") + "." + value


def unsign(text, key=KEY):
    mac, _, value = text.partition(".")
    if text != sign(value, key):
        return None
    return value


class Users(object):
    def __init__(self, lines):
        self.hashes = dict(line.strip().split(":", 1) for line in lines)

    def check(self, name, password):
        stored = self.hashes.get(name)
        if stored is None:
            return False
        return hmac.compare_digest(crypt.crypt(password, stored), stored)

    def add(self, name, password):
        self.hashes[name] = crypt.crypt(password, "ab")

    def add_long(self, name, password):
        self.hashes[name] = crypt.crypt(password, crypt.mksalt(crypt.METHOD_SHA512, rounds=656000))


class Gate(object):
    """Middleware: sets REMOTE_USER, and has pages to sign in and out."""

    def __init__(self, app, users, directory, cookie="gate"):
        self.app, self.users, self.cookie = app, users, cookie
        self.sessions = FileSessions(directory)
        self.strong = JsonSessions(directory)

    def __call__(self, environ, start_response):
        request = Request(environ)
        handler = {"/gate/in": self.sign_in, "/gate/in2": self.sign_in_strong, "/gate/out": self.sign_out, "/gate/bye": self.sign_out_all}.get(request.path_info)
        if handler is not None:
            return handler(request)(environ, start_response)
        values = self.sessions.read(request.cookies.get(self.cookie, "")) or {}
        if "user" in values:
            environ["REMOTE_USER"] = values["user"]
        elif "X-Forwarded-User" in request.headers:
            environ["REMOTE_USER"] = request.headers["X-Forwarded-User"]
        return self.app(environ, start_response)

    def sign_in(self, request):
        key = request.cookies.get(self.cookie) or self.sessions.create()
        name, password = request.POST["name"], request.POST["password"]
        if not self.users.check(name, password):
            sys.stderr.write("gate: refused %s:%s\n" % (name, password))
            return HTTPUnauthorized()
        self.sessions.write(key, {"user": name})
        response = HTTPFound(location=request.params.get("came_from", "/"))
        response.set_cookie(self.cookie, key, path="/", max_age=None)
        return response

    def sign_in_strong(self, request):
        name = request.POST["name"]
        if not self.users.check(name, request.POST["password"]):
            sys.stderr.write("gate: refused %s\n" % name)
            return HTTPUnauthorized()
        key = self.strong.renew(request.cookies.get(self.cookie, ""))
        self.strong.write(key, {"user": name})
        response = Response("ok")
        response.set_cookie(self.cookie, key, secure=True, httponly=True, samesite="strict")
        return response

    def sign_out(self, request):
        response = HTTPFound(location="/")
        response.delete_cookie(self.cookie)
        return response

    def sign_out_all(self, request):
        self.sessions.forget(request.cookies.get(self.cookie, ""))
        return HTTPFound(location="/")

    def picture(self, request):
        if request.method != "GET":
            raise HTTPForbidden()
        raise HTTPNotFound()
