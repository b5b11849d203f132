"""An hour, and the account is read before each request."""

from datetime import timedelta

from flask import Flask, abort, jsonify, request, session

app = Flask(__name__)
app.secret_key = "secret"
USERS = {"ada": {"name": "ada", "password": "pw", "active": True}}


app.permanent_session_lifetime = timedelta(hours=1)
OPEN = {"login", "logout", "disable"}


@app.before_request
def guard():
    if request.endpoint in OPEN:
        return
    user = USERS.get(session.get("user"))
    if user is None or not user["active"]:
        abort(401)
    return


@app.post("/login")
def login():
    session["user"] = request.json["user"]
    return "", 204


@app.get("/me")
def me():
    return jsonify(session["user"])


@app.post("/logout")
def logout():
    session.clear()
    return "", 204


@app.post("/disable/<who>")
def disable(who):
    USERS[who]["active"] = False
    return "", 204
