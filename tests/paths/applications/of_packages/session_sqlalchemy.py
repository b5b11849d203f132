"""Flask-Session with a table, and Flask-Login before the view."""

from flask import Flask, jsonify, request
from flask_login import LoginManager, UserMixin, current_user, login_required, login_user, logout_user
from flask_session import Session
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///" + __file__ + ".db"
db = SQLAlchemy(app)
app.config.update(SESSION_TYPE="sqlalchemy", SESSION_SQLALCHEMY=db, PERMANENT_SESSION_LIFETIME=1_800)
Session(app)
manager = LoginManager(app)


class User(UserMixin):
    def __init__(self, name):
        self.id = name


@manager.user_loader
def load(user_id):
    return User(user_id)


@app.post("/login")
def login():
    login_user(User(request.json["user"]))
    return "", 204


@app.get("/me")
@login_required
def me():
    return jsonify(current_user.id)


@app.post("/logout")
@login_required
def logout():
    logout_user()
    return "", 204
