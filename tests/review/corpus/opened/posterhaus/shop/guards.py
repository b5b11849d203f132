from functools import wraps

from flask import abort, redirect, request, url_for

from models import Account
from services.accounts import current_account


def signed_in(view):
    @wraps(view)
    def wrapper(*args, **kwargs):
        if current_account() is None:
            return redirect(url_for("accounts.sign_in", then=request.endpoint))
        return view(*args, **kwargs)

    return wrapper


def require_operator() -> None:
    account = current_account()
    if account is None or not account.operator:
        abort(404)


def operators_only(view):
    @wraps(view)
    def wrapper(*args, **kwargs):
        require_operator()
        return view(*args, **kwargs)

    return wrapper


def belongs_to(account: Account, thing, attribute: str = "account_id"):
    """The thing itself, or 404 where it is somebody else's or there is none."""
    if thing is None or getattr(thing, attribute) != account.id:
        abort(404)
    return thing
