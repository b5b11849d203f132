"""Bokbussen: låna, reservera och lämna igen, på väg genom kommunen."""

import asyncio
import os

import tornado.web

import konto
import lan
import personal
from databas import oppna


class Hallplatser(tornado.web.RequestHandler):
    def get(self):
        db = self.application.settings["db"]
        rader = db.execute("SELECT namn, dag, tid FROM hallplatser ORDER BY dag, tid")
        self.write({"hallplatser": [dict(rad) for rad in rader]})


def bygg():
    return tornado.web.Application(
        [
            (r"/", Hallplatser),
            (r"/konto/in", konto.LoggaIn),
            (r"/konto/kort", konto.KortIn),
            (r"/konto/legitimation", konto.Legitimation),
            (r"/konto/pin", konto.GlomtPin),
            (r"/konto/ut", konto.LoggaUt),
            (r"/lan", lan.MinaLan),
            (r"/lan/(\d+)/omlan", lan.Omlan),
            (r"/reservationer", lan.Reservationer),
            (r"/reservationer/(\d+)", lan.Reservation),
            (r"/personal/in", personal.PersonalIn),
            (r"/personal/lan", personal.Utlamning),
            (r"/personal/avgifter/(\d+)", personal.Avgift),
            (r"/personal/lantagare/(\d+)", personal.Lantagare),
        ],
        db=oppna(os.environ.get("BOKBUSS_DB", "bokbuss.sqlite")),
        legitimation_url=os.environ["LEGITIMATION_URL"],
        cookie_secret=os.environ["BOKBUSS_NYCKEL"],
        xsrf_cookies=True,
        xsrf_cookie_kwargs={"secure": True, "samesite": "Lax"},
        login_url="/konto/in",
    )


async def main():
    bygg().listen(int(os.environ.get("PORT", "8888")), xheaders=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
