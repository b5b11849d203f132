"""A link that is signed and carries its time: whoever has it is let in for an hour."""

from flask import Flask, abort, jsonify, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

app = Flask(__name__)
signer = URLSafeTimedSerializer("secret", salt="link")


@app.post("/login")
def login():
    return jsonify(query={"sig": signer.dumps("ada")})


@app.get("/me")
def me():
    try:
        name = signer.loads(request.args["sig"], max_age=3_600)
    except BadSignature:
        abort(403)
    return jsonify(name)
