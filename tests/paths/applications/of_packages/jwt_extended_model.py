"""Flask-JWT-Extended with a list of revoked tokens in a class of SQLAlchemy, as documented."""

from datetime import UTC, datetime

from flask import Flask, jsonify, request
from flask_jwt_extended import JWTManager, create_access_token, get_jwt, get_jwt_identity, jwt_required
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
app.config["JWT_SECRET_KEY"] = "a secret of more than thirty-two bytes"
app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///" + __file__ + ".db"
jwt = JWTManager(app)
db = SQLAlchemy(app)


class TokenBlocklist(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    jti = db.Column(db.String(36), nullable=False, index=True)
    created_at = db.Column(db.DateTime, nullable=False)


with app.app_context():
    db.create_all()


@jwt.token_in_blocklist_loader
def is_revoked(jwt_header, jwt_payload):
    jti = jwt_payload["jti"]
    token = db.session.query(TokenBlocklist.id).filter_by(jti=jti).scalar()
    return token is not None


@app.post("/login")
def login():
    return jsonify(token=create_access_token(identity=request.json["user"]))


@app.get("/me")
@jwt_required()
def me():
    return jsonify(get_jwt_identity())


@app.post("/logout")
@jwt_required()
def logout():
    jti = get_jwt()["jti"]
    db.session.add(TokenBlocklist(jti=jti, created_at=datetime.now(UTC)))
    db.session.commit()
    return "", 204
