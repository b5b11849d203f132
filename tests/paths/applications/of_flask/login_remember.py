"""Flask-Login that remembers: a second cookie, which signs in anew whoever has it."""

from flask import Flask, jsonify, request
from flask_login import LoginManager, UserMixin, current_user, login_required, login_user, logout_user

app = Flask(__name__)
app.secret_key = "secret"
manager = LoginManager(app)


app.config["PERMANENT_SESSION_LIFETIME"] = 86_400


class User(UserMixin):
    def __init__(self, name):
        self.id = name
        self.enabled = True
        self.password = "pw"

    @property
    def is_active(self):
        return self.enabled


USERS = {"ada": User("ada")}


@manager.user_loader
def load(user_id):
    return USERS.get(user_id)


@app.post("/login")
def login():
    login_user(USERS[request.json["user"]], remember=True)
    return "", 204


@app.get("/me")
@login_required
def me():
    return jsonify(current_user.id)


@app.post("/logout")
def logout():
    logout_user()
    return "", 204


@app.post("/disable/<who>")
def disable(who):
    USERS[who].enabled = False
    return "", 204


@app.post("/password")
@login_required
def change_password():
    current_user.password = request.args["new"]
    return "", 204
