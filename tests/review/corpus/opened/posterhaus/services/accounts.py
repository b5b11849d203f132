from flask import current_app, g, session
from werkzeug.security import check_password_hash, generate_password_hash

from models import Account, db

NOBODY = generate_password_hash("nobody signs in with this")


class SignInRefused(Exception):
    """What is shown to whoever tried."""


class CustomerDesk:
    """Sign-in of customers."""

    def admit(self, email: str, password: str) -> Account:
        account = self.find(email)
        if not account.accepts(password) or account.closed:
            raise SignInRefused("The password is wrong.")
        return account

    def find(self, email: str) -> Account:
        account = db.session.scalar(db.select(Account).filter_by(email=email.strip().lower(), operator=False))
        if account is None:
            raise SignInRefused("We have no account for this address. Would you like to open one?")
        return account


class OperatorDesk:
    """Sign-in of the people at the presses."""

    def admit(self, email: str, password: str) -> Account:
        row = db.session.scalar(db.select(Account).filter_by(email=email.strip().lower(), operator=True))
        known = row.pw_hash if row is not None and row.pw_hash else NOBODY
        matches = check_password_hash(known, password)
        if row is None or row.closed or not matches:
            raise SignInRefused("E-mail or password is wrong.")
        return row


def begin(account: Account) -> None:
    """From here on the browser is that of this account."""
    basket = session.get("basket", [])
    current_app.session_interface.regenerate(session)
    session["account"] = account.id
    session["epoch"] = account.session_epoch
    session["basket"] = basket


def current_account() -> Account | None:
    if "account" not in g:
        account = db.session.get(Account, session["account"]) if "account" in session else None
        if account is not None and (account.closed or account.session_epoch != session.get("epoch")):
            session.clear()
            account = None
        g.account = account
    return g.account
