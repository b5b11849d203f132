import smtplib
import ssl

from flask import current_app

from .erweiterungen import redis_client


def sende_spaeter(an, vorlage, verweis):
    redis_client.rpush("post", f"{an}\n{vorlage}\n{verweis}")


def sende(an, text):
    kontext = ssl.create_default_context()
    with smtplib.SMTP(current_app.config["MAIL_HOST"], 587) as server:
        server.starttls(context=kontext)
        server.login(current_app.config["MAIL_USER"], current_app.config["MAIL_PASSWORT"])
        server.sendmail(current_app.config["MAIL_ABSENDER"], [an], text)
