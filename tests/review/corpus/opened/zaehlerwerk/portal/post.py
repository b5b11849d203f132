import secrets

from celery import shared_task
from django.conf import settings
from django.core.mail import send_mail
from django.utils import timezone

from .models import Anmeldecode, Kundin, fingerabdruck


@shared_task
def schicke_code(mail: str) -> None:
    kundin = Kundin.objects.filter(mail__iexact=mail, gekuendigt_am__isnull=True).first()
    if kundin is None:
        return
    code = secrets.token_urlsafe(12)
    Anmeldecode.objects.update_or_create(
        kundin=kundin,
        defaults={"code": fingerabdruck(code), "endet": timezone.now() + settings.ANMELDECODE_DAUER},
    )
    send_mail("Ihr Anmeldecode", f"{code}\n\nEr gilt zehn Minuten.", None, [kundin.mail])
