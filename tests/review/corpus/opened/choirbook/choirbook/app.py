import asyncio
import logging
import os

from tornado.web import Application

from choirbook import account, rehearsals, scores
from choirbook.models import Invite, MagicLink, Rehearsal, Score, Singer, db


def make_app() -> Application:
    return Application(
        [
            (r"/", rehearsals.Home),
            (r"/rehearsals", rehearsals.Rehearsals),
            (r"/rehearsals/(\d+)/seating", rehearsals.Seating),
            (r"/scores", scores.Scores),
            (r"/scores/(\d+)", scores.OneScore),
            (r"/unsubscribe/(\d+)/([0-9a-f]+)", account.Unsubscribe),
            (r"/sign-in", account.SignIn),
            (r"/sign-in/link", account.AskForLink),
            (r"/sign-in/link/([\w-]+)", account.ByLink),
            (r"/sign-out", account.SignOut),
            (r"/password", account.Password),
            (r"/invite", account.InviteSinger),
            (r"/join/([\w-]+)", account.Join),
            (r"/singers/(\d+)/leave", account.Leave),
        ],
        cookie_secret=os.environ["CHOIR_COOKIE_SECRET"],
        login_url="/sign-in",
        xsrf_cookies=True,
        xsrf_cookie_kwargs={"secure": True, "samesite": "Lax"},
        template_path=os.path.join(os.path.dirname(__file__), "templates"),
    )


async def main() -> None:
    logging.basicConfig(level=logging.INFO)
    db.connect()
    db.create_tables([Singer, Invite, MagicLink, Rehearsal, Score])
    make_app().listen(8010, address="127.0.0.1", xheaders=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
