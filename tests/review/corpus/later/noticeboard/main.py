#!/usr/bin/env python
# -*- coding: utf-8 -*-
import logging
import os.path

import tornado.httpserver
import tornado.ioloop
import tornado.options
import tornado.web
from tornado.options import define, options

from board import account, admin, api, posts, store

define("port", default=8888, help="run on the given port", type=int)
define("mysql_host", default="127.0.0.1:3306")
define("mysql_database", default="board")
define("mysql_user", default="board")
define("mysql_password", default="b0ard!2014")
define("cookie_secret", default=None, help="long and random; required")
define("site_url", default="https://board.example.net")


class Application(tornado.web.Application):
    def __init__(self):
        handlers = [
            (r"/", posts.HomeHandler),
            (r"/post/(\d+)", posts.PostHandler),
            (r"/post/(\d+)/edit", posts.EditHandler),
            (r"/post/(\d+)/delete", posts.DeleteHandler),
            (r"/search", posts.SearchHandler),
            (r"/archive", posts.ArchiveHandler),
            (r"/draft", posts.DraftHandler),
            (r"/login", account.LoginHandler),
            (r"/login/phone", account.PhoneLoginHandler),
            (r"/logout", account.LogoutHandler),
            (r"/register", account.RegisterHandler),
            (r"/forgot", account.ForgotHandler),
            (r"/reset", account.ResetHandler),
            (r"/settings/password", account.PasswordHandler),
            (r"/settings/apps", account.AppsHandler),
            (r"/messages/(\d+)", posts.MessageHandler),
            (r"/admin/users", admin.UsersHandler),
            (r"/admin/ban", admin.BanHandler),
            (r"/admin/purge", admin.PurgeHandler),
            (r"/admin/restore", admin.RestoreHandler),
            (r"/api/feed", api.FeedHandler),
            (r"/api/publish", api.PublishHandler),
            (r"/api/import", api.ImportHandler),
        ]
        if not options.cookie_secret:
            raise SystemExit("--cookie_secret is required")
        settings = dict(
            template_path=os.path.join(os.path.dirname(__file__), "templates"),
            static_path=os.path.join(os.path.dirname(__file__), "static"),
            xsrf_cookies=True,
            cookie_secret=options.cookie_secret,
            login_url="/login",
            debug=False,
        )
        super(Application, self).__init__(handlers, **settings)
        self.db = store.Connection(
            host=options.mysql_host,
            database=options.mysql_database,
            user=options.mysql_user,
            password=options.mysql_password,
        )


def main():
    tornado.options.parse_command_line()
    logging.info("listening on %s", options.port)
    tornado.httpserver.HTTPServer(Application(), xheaders=True).listen(options.port)
    tornado.ioloop.IOLoop.instance().start()


if __name__ == "__main__":
    main()
