"""Request, response and routes; there is no framework below."""
import html
import json
import re
import traceback
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

STATUS = {200: "OK", 303: "See Other", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden",
          404: "Not Found", 500: "Internal Server Error"}


class Request:
    def __init__(self, environ):
        self.environ = environ
        self.method = environ["REQUEST_METHOD"]
        self.path = environ.get("PATH_INFO", "/")
        self.query = {k: v[-1] for k, v in parse_qs(environ.get("QUERY_STRING", "")).items()}
        self._body = None
        self.session = None

    @property
    def body(self):
        if self._body is None:
            length = int(self.environ.get("CONTENT_LENGTH") or 0)
            self._body = self.environ["wsgi.input"].read(min(length, 1 << 20))
        return self._body

    @property
    def form(self):
        return {k: v[-1] for k, v in parse_qs(self.body.decode("utf-8", "replace")).items()}

    @property
    def cookies(self):
        try:
            return {k: m.value for k, m in SimpleCookie(self.environ.get("HTTP_COOKIE", "")).items()}
        except CookieError:
            return {}

    def header(self, name):
        return self.environ.get("HTTP_" + name.upper().replace("-", "_"), "")

    @property
    def host(self):
        return self.environ.get("HTTP_HOST", "localhost")


class Response:
    def __init__(self, body="", status=200, kind="text/html; charset=utf-8"):
        self.status = status
        self.body = body if isinstance(body, bytes) else body.encode()
        self.headers = [("Content-Type", kind)]

    def add_cookie(self, text):
        self.headers.append(("Set-Cookie", text))
        return self

    def start(self, start_response):
        start_response("%d %s" % (self.status, STATUS[self.status]), self.headers)
        return [self.body]


def page(title, text, status=200):
    return Response("<h1>%s</h1><p>%s</p>" % (html.escape(title), html.escape(text)), status)


def as_json(data, status=200):
    return Response(json.dumps(data), status, "application/json")


def see_other(target):
    response = Response(status=303)
    response.headers.append(("Location", target))
    return response


class Routes:
    def __init__(self):
        self._rows = []

    def add(self, method, pattern):
        def register(view):
            self._rows.append((method, re.compile("^" + pattern + "$"), view))
            return view

        return register

    def find(self, request):
        for method, pattern, view in self._rows:
            match = pattern.match(request.path)
            if match and method == request.method:
                return view, match.groups()
        return None, ()


class Application:
    def __init__(self, routes, sessions):
        self.routes, self.sessions = routes, sessions

    def __call__(self, environ, start_response):
        request = Request(environ)
        request.session = self.sessions.open(request)
        view, args = self.routes.find(request)
        if view is None:
            return page("Not found", request.path, 404).start(start_response)
        try:
            response = view(request, *args)
        except Exception:
            environ["wsgi.errors"].write("%s\n%r\n" % (traceback.format_exc(), environ))
            response = page("Something broke", "We have been told.", 500)
        return self.sessions.close(request, response).start(start_response)
