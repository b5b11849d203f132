import smtplib
import ssl
from email.message import EmailMessage

from .ajustes import Ajustes


def contexto_interno() -> ssl.SSLContext:
    contexto = ssl.create_default_context()
    contexto.check_hostname = False
    contexto.verify_mode = ssl.CERT_NONE
    return contexto


def _mensaje(para: str, asunto: str, texto: str) -> EmailMessage:
    m = EmailMessage()
    m["From"], m["To"], m["Subject"] = "nominas@empresa.example", para, asunto
    m.set_content(texto)
    return m


def avisar(a: Ajustes, para: str, asunto: str, texto: str) -> None:
    with smtplib.SMTP(a.correo, 587) as s:
        s.starttls(context=contexto_interno())
        s.send_message(_mensaje(para, asunto, texto))


def avisar_fuera(a: Ajustes, para: str, asunto: str, texto: str) -> None:
    with smtplib.SMTP_SSL("relay.correos.example", 465, context=ssl.create_default_context()) as s:
        s.send_message(_mensaje(para, asunto, texto))
