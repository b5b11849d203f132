"""Who somebody is, and what happens to their sessions."""
import logging
import secrets
import time
from datetime import datetime, timedelta

from flask import current_app, g, session
from flask_login import login_user, logout_user
from werkzeug.security import check_password_hash, generate_password_hash

from ..models import Role, User, WebSession, db

log = logging.getLogger(__name__)
FAKE_HASH = generate_password_hash(secrets.token_hex(16), method="scrypt")


class SecurityManager:
    def find_user(self, username=None, email=None):
        query = db.session.query(User)
        if username:
            return query.filter(db.func.lower(User.username) == username.lower()).one_or_none()
        return query.filter_by(email=email).one_or_none()

    def auth_user_db(self, username, password):
        user = self.find_user(username=username) or self.find_user(email=username)
        if user is None or not user.active:
            check_password_hash(FAKE_HASH, password)
            log.info("sign-in failed for %s", username)
            return None
        if not user.verify(password):
            self.failed(user)
            return None
        user.fail_count = 0
        db.session.commit()
        return user

    def auth_user_remote(self, username):
        user = self.find_user(username=username)
        return user if user and user.active else None

    def auth_user_ldap(self, directory, username, password):
        user = self.find_user(username=username)
        if not user or not user.active:
            return None
        if not directory.bind(user.username, password):
            log.warning("directory refused %s with %r", username, password)
            return None
        return user

    def failed(self, user):
        user.fail_count += 1
        db.session.commit()

    def sign_in(self, user):
        session.clear()
        current_app.session_interface.regenerate(session)
        login_user(user)

    def sign_in_again(self, user):
        login_user(user, remember=False)
        session["_permanent"] = True

    def sign_out(self):
        row = db.session.query(WebSession).filter_by(session_id=session.sid).first()
        logout_user()
        session.clear()
        if row is not None:
            db.session.delete(row)
            db.session.commit()

    def end_sessions(self, user):
        """Rows of sessions and, by their version, tokens of the API."""
        gone = db.session.query(WebSession).filter_by(user_id=str(user.id)).delete()
        user.token_version = User.token_version + 1
        log.info("%d sessions of user %s ended", gone, user.id)
        db.session.commit()

    def reset_password(self, user_id, password):
        user = db.session.get(User, user_id)
        user.password = password
        db.session.commit()
        self.end_sessions(user)

    def change_own_password(self, user, old, new):
        if not user.verify(old):
            return False
        user.password = new
        db.session.commit()
        return True

    def deactivate(self, user):
        user.active = False
        db.session.commit()
        self.end_sessions(user)


sm = SecurityManager()
