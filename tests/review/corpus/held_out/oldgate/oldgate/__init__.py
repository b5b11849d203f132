# WSGI sign-in that predates frameworks.
__version__ = "0.9"
