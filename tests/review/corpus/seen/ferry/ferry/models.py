import hashlib
import hmac
from datetime import datetime, timedelta

import bcrypt
from flask_login import UserMixin
from itsdangerous import BadData, URLSafeSerializer, URLSafeTimedSerializer

from . import db, login_manager


class User(UserMixin, db.Model):
    id = db.Column(db.Integer, primary_key=True)
    email = db.Column(db.String(120), unique=True, index=True)
    password_hash = db.Column(db.LargeBinary(60))
    security_answer = db.Column(db.String(64))
    role = db.Column(db.String(20), default="passenger")

    def set_password(self, password):
        self.password_hash = bcrypt.hashpw(password.encode("utf8"), bcrypt.gensalt())

    def check_password(self, password):
        return bcrypt.checkpw(password.encode("utf8"), self.password_hash)

    def set_answer(self, answer):
        self.security_answer = hashlib.sha256(answer.lower().encode()).hexdigest()

    def answer_fits(self, answer):
        digest = hashlib.sha256(answer.lower().encode()).hexdigest()
        return hmac.compare_digest(digest, self.security_answer or "")

    def verify_token(self, key):
        return URLSafeSerializer(key, salt="verify").dumps(self.id)

    def magic_link(self, key):
        return URLSafeSerializer(key, salt="magic").dumps(self.id)

    def reset_token(self, key):
        return URLSafeTimedSerializer(key, salt="reset").dumps([self.id, self.password_hash.hex()[-12:]])

    @classmethod
    def from_reset_token(cls, key, token):
        try:
            uid, tail = URLSafeTimedSerializer(key, salt="reset").loads(token, max_age=1800)
        except BadData:
            return None
        user = cls.query.get(uid)
        return user if user and user.password_hash.hex()[-12:] == tail else None

    @classmethod
    def from_magic_link(cls, key, token):
        return cls.query.get(URLSafeSerializer(key, salt="magic").loads(token))


class Token(db.Model):
    jti = db.Column(db.String(36), primary_key=True)
    user_id = db.Column(db.ForeignKey("user.id"))
    revoked = db.Column(db.Boolean, default=False)
    ends = db.Column(db.DateTime, default=lambda: datetime.utcnow() + timedelta(days=30))


@login_manager.user_loader
def load_user(uid):
    return User.query.get(int(uid))
