from celery import shared_task
from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import send_mail
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from .models import StaffMember


@shared_task
def mail_reset_link(staff_pk: int) -> None:
    staff = StaffMember.objects.get(pk=staff_pk)
    uid = urlsafe_base64_encode(force_bytes(staff.pk))
    link = f"https://{settings.ALLOWED_HOSTS[0]}/forgotten/{uid}/{default_token_generator.make_token(staff)}"
    send_mail("Your new password", f"Choose it here: {link}", None, [staff.email])
