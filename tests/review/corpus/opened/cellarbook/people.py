"""Members come in, go out and choose passwords."""

import datetime as dt

import bcrypt
import falcon

from store import Invitation, Member, NewPassword, Outbox, Remembered, Visit, db, fold
from visits import REMEMBER, TICKET, remember, signed_in, welcome


def seal(plain: str) -> str:
    return bcrypt.hashpw(plain.encode(), bcrypt.gensalt(12)).decode()


def opens(member: Member, plain: str) -> bool:
    return bcrypt.checkpw(plain.encode(), member.password.encode())


def forget_browsers(member: Member) -> None:
    Remembered.delete().where(Remembered.member == member).execute()
    Visit.delete().where(Visit.member == member).execute()


def checked_password(plain: str) -> str:
    if not 10 <= len(plain) <= 64:
        raise falcon.HTTPBadRequest(title="A password has 10 to 64 letters")
    return plain


class SignIn:
    def on_post(self, req, resp):
        form = req.get_media()
        member = Member.get(Member.email == form["email"].strip().lower())
        if not opens(member, form["password"]):
            raise falcon.HTTPUnauthorized(title="The password is wrong")
        visit = req.context.visit
        visit.member = member
        visit.save()
        if form.get("remember"):
            remember(resp, member)
        resp.media = {"name": member.name}


class SignOut:
    @falcon.before(signed_in)
    def on_post(self, req, resp):
        if series := req.cookies.get(REMEMBER):
            Remembered.delete().where(Remembered.series == fold(series)).execute()
        req.context.visit.delete_instance()
        resp.unset_cookie(TICKET, path="/")
        resp.unset_cookie(REMEMBER, path="/")
        resp.status = falcon.HTTP_204


class Accept:
    def on_post(self, req, resp, code):
        form = req.get_media()
        invitation = Invitation.get_or_none(
            (Invitation.code == fold(code)) & (Invitation.until > dt.datetime.now())
        )
        if invitation is None:
            raise falcon.HTTPNotFound()
        with db.atomic():
            member = Member.create(
                email=invitation.email, name=invitation.name, password=seal(checked_password(form["password"]))
            )
            invitation.delete_instance()
        welcome(req, resp, member)
        resp.media = {"name": member.name}
        resp.status = falcon.HTTP_201


class Forgotten:
    def on_post(self, req, resp):
        address = req.get_media()["email"].strip().lower()
        Outbox.create(kind="new-password", address=address)
        resp.media = {"message": "If you have a cellar with us, a letter is on its way."}
        resp.status = falcon.HTTP_202


class ChooseNew:
    def on_post(self, req, resp, token):
        row = NewPassword.get_or_none(
            (NewPassword.token == fold(token)) & (NewPassword.until > dt.datetime.now())
        )
        if row is None:
            raise falcon.HTTPNotFound()
        member = row.member
        with db.atomic():
            member.password = seal(checked_password(req.get_media()["password"]))
            member.save()
            NewPassword.delete().where(NewPassword.member == member).execute()
            forget_browsers(member)
        resp.status = falcon.HTTP_204
