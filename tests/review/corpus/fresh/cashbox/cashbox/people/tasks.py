import logging

from celery import shared_task
from django.contrib.auth.forms import PasswordResetForm

logger = logging.getLogger(__name__)


@shared_task
def send_reset(address, kind="reset"):
    form = PasswordResetForm({"email": address})
    if not form.is_valid():
        logger.info("reset asked for something that is no address (%d characters)", len(address))
        return
    form.save(domain_override="app.cashbox.example", use_https=True)
