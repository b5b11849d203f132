from flask import current_app, url_for
from itsdangerous import URLSafeTimedSerializer

from services.queue import enqueue

CONFIRM_WITHIN = 3 * 24 * 3600


def _signer(purpose: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt=f"posterhaus.{purpose}")


def send_confirmation(account) -> None:
    token = _signer("confirm").dumps({"account": account.id, "email": account.email})
    enqueue("mail.confirm", to=account.email, path=url_for("accounts.confirm", token=token))


def send_reset(account) -> None:
    token = _signer("reset").dumps({"account": account.id})
    enqueue("mail.reset", to=account.email, path=url_for("accounts.reset", token=token))


def read_confirmation(token: str) -> dict:
    return _signer("confirm").loads(token, max_age=CONFIRM_WITHIN)


def read_reset(token: str) -> dict:
    return _signer("reset").loads(token)
