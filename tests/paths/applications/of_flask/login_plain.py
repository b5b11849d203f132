"""Flask-Login with a loader that reads the account and looks at nothing of it."""

from flask import Flask, jsonify, request
from flask_login import LoginManager, UserMixin, current_user, login_required, login_user, logout_user

app = Flask(__name__)
app.secret_key = "secret"
manager = LoginManager(app)


class User(UserMixin):
    def __init__(self, name):
        self.id = name
        self.active = True


USERS = {"ada": User("ada")}


@manager.user_loader
def load(user_id):
    return USERS.get(user_id)


@app.post("/login")
def login():
    login_user(USERS[request.json["user"]])
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


@app.post("/disable/<who>")
def disable(who):
    USERS[who].active = False
    return "", 204
