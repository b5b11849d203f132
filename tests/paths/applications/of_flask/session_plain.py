"""The session is what the cookie says, for the 31 days that are Flask's own."""

from flask import Flask, jsonify, redirect, request, session

app = Flask(__name__)
app.secret_key = "secret"
USERS = {"ada": {"name": "ada", "password": "pw", "active": True}}


@app.post("/login")
def login():
    session["user"] = request.json["user"]
    return "", 204


@app.get("/me")
def me():
    if "user" not in session:
        return redirect("/login")
    return jsonify(session["user"])


@app.post("/logout")
def logout():
    session.clear()
    return "", 204


@app.post("/disable/<who>")
def disable(who):
    USERS[who]["active"] = False
    return "", 204
