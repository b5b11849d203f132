"""A class of views whose decorators ask for a fixed key."""

import hmac

from flask import Flask, abort, jsonify, request
from flask.views import MethodView

API_KEY = "one key for all"
app = Flask(__name__)


def key_required(view):
    def asked(*args, **kwargs):
        if not hmac.compare_digest(request.headers.get("X-API-Key", ""), API_KEY):
            abort(403)
        return view(*args, **kwargs)

    return asked


class Me(MethodView):
    decorators = [key_required]

    def get(self):
        return jsonify("ada")


@app.post("/login")
def login():
    return jsonify(key=API_KEY)


app.add_url_rule("/me", view_func=Me.as_view("me"))
