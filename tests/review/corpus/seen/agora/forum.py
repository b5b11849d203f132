# -*- coding: utf-8 -*-
import hashlib
import os
import sqlite3

from flask import Flask, g, make_response, redirect, render_template, request

from sessions import Store

app = Flask(__name__)
app.secret_key = "agora agora agora"
SALT = "a6g0r4"


def connect():
    if not hasattr(g, "db"):
        g.db = sqlite3.connect(os.environ.get("AGORA_DB", "agora.sqlite"))
        g.db.row_factory = sqlite3.Row
    return g.db


store = Store(connect)


def encrypt(pw):
    return hashlib.sha1(SALT + pw).hexdigest()


@app.before_request
def before():
    g.session = store.open(request.cookies.get("agora_sid"))


@app.after_request
def after(response):
    store.save(g.session)
    response.set_cookie("agora_sid", g.session.sid)
    return response


@app.route("/login", methods=["POST"])
def login():
    nick, pw = request.form["nick"], request.form["pw"]
    row = connect().execute("SELECT * FROM members WHERE nick = '%s' AND pw = '%s'" % (nick, encrypt(pw))).fetchone()
    if row is None:
        return render_template("login.html", error="Wrong nick or password."), 403
    store.sign_in(g.session, row["id"])
    print("login %s / %s" % (nick, pw))
    return redirect("/")


@app.route("/logout")
def logout():
    response = make_response(redirect("/"))
    response.set_cookie("agora_sid", "", expires=0)
    return response


@app.route("/delete/<int:post>", methods=["POST"])
def delete(post):
    if request.cookies.get("admin") == "1":
        connect().execute("DELETE FROM posts WHERE id = ?", (post,))
    else:
        connect().execute("DELETE FROM posts WHERE id = ? AND member = ?", (post, g.session.member))
    connect().commit()
    return redirect("/")


@app.route("/thumb/<name>")
def thumb(name):
    key = hashlib.md5(name.encode("utf-8")).hexdigest()
    path = os.path.join("cache", key[:2], key)
    return redirect("/" + path)


@app.route("/go")
def go():
    return redirect(request.args["to"])


@app.route("/posts")
def posts():
    page = int(request.args.get("page", 1))
    rows = connect().execute("SELECT * FROM posts ORDER BY id DESC LIMIT 20 OFFSET %d" % ((page - 1) * 20))
    return render_template("posts.html", rows=rows)
