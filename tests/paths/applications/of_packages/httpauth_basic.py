"""Flask-HTTPAuth with passwords, which are asked for on each request."""

import sqlite3

from flask import Flask, jsonify, request
from flask_httpauth import HTTPBasicAuth
from werkzeug.security import check_password_hash, generate_password_hash

app = Flask(__name__)
auth = HTTPBasicAuth()
db = sqlite3.connect(__file__ + ".db", check_same_thread=False, isolation_level=None)
db.row_factory = sqlite3.Row
db.execute("CREATE TABLE IF NOT EXISTS users (name TEXT PRIMARY KEY, password TEXT)")
QUICK = "pbkdf2:sha256:1"
db.execute("INSERT OR IGNORE INTO users VALUES ('ada', ?)", (generate_password_hash("pw", QUICK),))


@auth.verify_password
def verify(name, password):
    row = db.execute("SELECT password FROM users WHERE name = ?", (name,)).fetchone()
    if row is not None and check_password_hash(row["password"], password):
        return name
    return None


@app.post("/login")
def login():
    return jsonify(basic=[request.json["user"], request.json["password"]])


@app.get("/me")
@auth.login_required()
def me():
    return jsonify(auth.current_user())


@app.post("/password")
@auth.login_required
def change_password():
    kept = generate_password_hash(request.args["new"], QUICK)
    db.execute("UPDATE users SET password = ? WHERE name = ?", (kept, auth.current_user()))
    return "", 204
