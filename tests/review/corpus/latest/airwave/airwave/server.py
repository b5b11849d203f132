import tornado.ioloop
import tornado.web
from tornado.options import define, options, parse_command_line

from . import accounts, chat, db, music, stations
from .options import REMEMBER_DAYS

define("remember_days", default=REMEMBER_DAYS, type=int)


def app():
    return tornado.web.Application(
        [
            (r"/login", accounts.Login),
            (r"/logout", accounts.Logout),
            (r"/dj/login", accounts.DjLogin),
            (r"/dj/logout", accounts.DjLogout),
            (r"/forgot", accounts.Forgot),
            (r"/reset", accounts.Reset),
            (r"/name", accounts.NameReminder),
            (r"/volume", accounts.Volume),
            (r"/tracks", music.Tracks),
            (r"/chart", music.Chart),
            (r"/shouts", music.Shouts),
            (r"/dj/shows", music.Shows),
            (r"/dj/shows/(\d+)", music.Show),
            (r"/boss/people", music.People),
            (r"/boss/promote/(\d+)", music.Promote),
            (r"/vote/(\d+)", music.Vote),
            (r"/upload", music.Upload),
            (r"/dj/spool", music.Spool),
            (r"/relay", stations.Relay),
            (r"/takeover", stations.Takeover),
            (r"/chat", chat.Room),
            (r"/studio", chat.Studio),
        ],
        cookie_secret="bZJc2sWbQLKos6GkHn/VB9oXwQt8S0R0kRvJ5/xJ89E=",
        xsrf_cookies=True,
        template_path="templates",
        debug=options.debug,
    )


def main():
    parse_command_line()
    db.setup()
    app().listen(options.port, xheaders=True)
    tornado.ioloop.IOLoop.current().start()


if __name__ == "__main__":
    main()
