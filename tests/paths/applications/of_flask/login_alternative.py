"""Flask-Login with an identifier that signing out and a new password change."""

import secrets

from flask import Flask, jsonify, request
from flask_login import LoginManager, UserMixin, current_user, login_required, login_user, logout_user

app = Flask(__name__)
app.secret_key = "secret"
manager = LoginManager(app)


class User(UserMixin):
    def __init__(self, name):
        self.name = name
        self.mark = secrets.token_hex(8)

    def get_id(self):
        return self.mark


USERS = {"ada": User("ada")}
BY_MARK = {user.mark: user for user in USERS.values()}


def change_mark(user):
    BY_MARK.pop(user.mark)
    user.mark = secrets.token_hex(8)
    BY_MARK[user.mark] = user


@manager.user_loader
def load(user_id):
    return BY_MARK.get(user_id)


@app.post("/login")
def login():
    login_user(USERS[request.json["user"]])
    return "", 204


@app.get("/me")
@login_required
def me():
    return jsonify(current_user.name)


@app.post("/logout")
@login_required
def logout():
    change_mark(BY_MARK[current_user.mark])
    logout_user()
    return "", 204


@app.post("/password")
@login_required
def change_password():
    change_mark(BY_MARK[current_user.mark])
    return "", 204
