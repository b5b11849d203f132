"""Flask-Security where signing out gives the account another number: whatever was issued ends."""

from flask import Flask, jsonify, request
from flask_security import (
    RoleMixin,
    Security,
    SQLAlchemyUserDatastore,
    UserMixin,
    auth_required,
    current_user,
    hash_password,
)
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
app.secret_key = "secret"
app.config.update(
    SQLALCHEMY_DATABASE_URI="sqlite:///" + __file__ + ".db",
    SECURITY_PASSWORD_SALT="salt",
    SECURITY_PASSWORD_HASH="plaintext",
    SECURITY_PASSWORD_SCHEMES=["plaintext"],
    SECURITY_TOKEN_MAX_AGE=3_600,
    PERMANENT_SESSION_LIFETIME=3_600,
    SECURITY_SEND_PASSWORD_CHANGE_EMAIL=False,
)
db = SQLAlchemy(app)


class Role(db.Model, RoleMixin):
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(80), unique=True)


class User(db.Model, UserMixin):
    id = db.Column(db.Integer, primary_key=True)
    email = db.Column(db.String(255), unique=True)
    password = db.Column(db.String(255), nullable=False)
    active = db.Column(db.Boolean, nullable=False)
    fs_uniquifier = db.Column(db.String(64), unique=True, nullable=False)
    roles = db.relationship("Role", secondary="held")


db.Table(
    "held", db.Column("user_id", db.ForeignKey("user.id")), db.Column("role_id", db.ForeignKey("role.id"))
)

accounts = SQLAlchemyUserDatastore(db, User, Role)
security = Security(app, accounts, register_blueprint=False)
security.unauthn_handler(lambda mechanisms, headers=None: ("", 401))

with app.app_context():
    db.create_all()
    if accounts.find_user(email="ada@example.org") is None:
        accounts.create_user(email="ada@example.org", password=hash_password("pw"))
        db.session.commit()


def named(who):
    return accounts.find_user(email=f"{who}@example.org")


@app.post("/login")
def login():
    token = named(request.json["user"]).get_auth_token()
    return jsonify(headers={"Authentication-Token": token})


@app.get("/me")
@auth_required("token", "session")
def me():
    return jsonify(current_user.email)


@app.post("/logout")
@auth_required("token", "session")
def logout():
    accounts.set_uniquifier(current_user)
    db.session.commit()
    return "", 204


@app.post("/disable/<who>")
def disable(who):
    user = named(who)
    user.active = False
    db.session.commit()
    return "", 204


@app.post("/password")
@auth_required("token", "session")
def password():
    current_user.password = hash_password(request.args["new"])
    db.session.commit()
    return "", 204
