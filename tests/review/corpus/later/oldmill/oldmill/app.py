from . import staff  # noqa: F401  (registers its routes)
from .readers import routes
from .sessions import Sessions
from .wsgi import Application

application = Application(routes, Sessions())

if __name__ == "__main__":
    from wsgiref.simple_server import make_server

    make_server("", 8000, application).serve_forever()
