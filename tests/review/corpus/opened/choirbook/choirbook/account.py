import hmac
from datetime import datetime, timedelta

from tornado.ioloop import IOLoop
from tornado.web import HTTPError, authenticated

from choirbook import keys, mailer
from choirbook.base import ConductorPage, Page
from choirbook.models import Invite, MagicLink, Singer, db


class SignIn(Page):
    def get(self):
        self.render("sign_in.html", problem=None)

    def post(self):
        singer = Singer.get_or_none(Singer.email == self.get_body_argument("email").lower(), ~Singer.left)
        stored = singer.password if singer else None
        if not keys.fits(self.get_body_argument("password"), stored) or singer is None:
            self.set_status(401)
            return self.render("sign_in.html", problem="That e-mail and password do not go together.")
        self.admit(singer)
        self.redirect("/")


class AskForLink(Page):
    def post(self):
        singer = Singer.get_or_none(Singer.email == self.get_body_argument("email").lower(), ~Singer.left)
        if singer is not None:
            token = keys.link_token()
            MagicLink.create(digest=keys.digest(token), singer=singer)
            text = f"Open this to sign in: {mailer.ADDRESS}/sign-in/link/{token}"
            IOLoop.current().spawn_callback(mailer.send, singer.email, "Sign in", text)
        self.render("link_sent.html")


class ByLink(Page):
    def get(self, token):
        self.render("by_link.html", token=token)

    def post(self, token):
        with db.atomic("IMMEDIATE"):
            link = MagicLink.get_or_none(MagicLink.digest == keys.digest(token))
            if link is None or link.singer.left:
                raise HTTPError(404)
            link.delete_instance()
        self.admit(link.singer)
        self.redirect("/")


class SignOut(Page):
    @authenticated
    def post(self):
        self.see_out()
        self.redirect("/sign-in")


class Password(Page):
    @authenticated
    def get(self):
        self.render("password.html", problem=None)

    @authenticated
    def post(self):
        singer, new = self.current_user, self.get_body_argument("new")
        if singer.password and not keys.fits(self.get_body_argument("old"), singer.password):
            self.set_status(403)
            return self.render("password.html", problem="That is not your password.")
        if len(new) < 10:
            self.set_status(400)
            return self.render("password.html", problem="Ten letters at least.")
        Singer.update(password=keys.sealed(new)).where(Singer.id == singer.id).execute()
        MagicLink.delete().where(MagicLink.singer == singer).execute()
        singer.turn_epoch()
        self.admit(singer)
        self.redirect("/")


class InviteSinger(ConductorPage):
    async def post(self):
        email, voice = self.get_body_argument("email").lower(), self.get_body_argument("voice")
        if voice not in {"S", "A", "T", "B"}:
            raise HTTPError(400)
        token = keys.invite_token()
        Invite.create(digest=keys.digest(token), email=email, voice=voice)
        await mailer.send(email, "Sing with us", f"{mailer.ADDRESS}/join/{token}")
        self.redirect("/")


class Join(Page):
    def post(self, token):
        week_ago = datetime.utcnow() - timedelta(days=7)
        with db.atomic("IMMEDIATE"):
            invite = Invite.get_or_none(Invite.digest == keys.digest(token), Invite.sent > week_ago)
            if invite is None:
                raise HTTPError(404)
            singer = Singer.create(
                name=self.get_body_argument("name")[:80], email=invite.email, voice=invite.voice
            )
            invite.delete_instance()
        self.admit(singer)
        self.redirect("/password")


class Leave(ConductorPage):
    def post(self, singer_id):
        singer = Singer.get_or_none(Singer.id == int(singer_id))
        if singer is None:
            raise HTTPError(404)
        Singer.update(left=True).where(Singer.id == singer.id).execute()
        self.redirect("/")


class Unsubscribe(Page):
    def get(self, singer_id, mark):
        if not hmac.compare_digest(mark, keys.unsubscribe_mark(int(singer_id))):
            raise HTTPError(404)
        Singer.update(letters=False).where(Singer.id == int(singer_id)).execute()
        self.render("unsubscribed.html")
