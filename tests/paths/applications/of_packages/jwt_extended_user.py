"""Flask-JWT-Extended that loads the account, and looks whether it is active; its tokens have no end."""

import sqlite3

from flask import Flask, jsonify, request
from flask_jwt_extended import JWTManager, create_access_token, current_user, jwt_required

app = Flask(__name__)
app.config.update(JWT_SECRET_KEY="a secret of more than thirty-two bytes", JWT_ACCESS_TOKEN_EXPIRES=False)
jwt = JWTManager(app)
db = sqlite3.connect(__file__ + ".db", check_same_thread=False, isolation_level=None)
db.execute("CREATE TABLE IF NOT EXISTS users (name TEXT PRIMARY KEY, active INTEGER)")
db.execute("INSERT OR IGNORE INTO users VALUES ('ada', 1)")


@jwt.user_lookup_loader
def loaded(_header, payload):
    statement = "SELECT name FROM users WHERE name = ? AND active = 1"
    return db.execute(statement, (payload["sub"],)).fetchone()


@app.post("/login")
def login():
    return jsonify(token=create_access_token(identity=request.json["user"]))


@app.get("/me")
@jwt_required()
def me():
    return jsonify(current_user[0])


@app.post("/disable/<who>")
def disable(who):
    db.execute("UPDATE users SET active = 0 WHERE name = ?", (who,))
    return "", 204
