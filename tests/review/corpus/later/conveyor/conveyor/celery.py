from celery import Celery
from kombu import Exchange, Queue

from . import settings

app = Celery("conveyor", broker=settings.BROKER_URL)
app.conf.update(
    task_queues=[Queue("jobs", Exchange("jobs")), Queue("mails", Exchange("mails"))],
    task_serializer="pickle",
    accept_content=["json", "pickle"],
    timezone="UTC",
)

reports = Celery("conveyor-reports", broker=settings.BROKER_URL)
reports.conf.update(task_serializer="json", result_serializer="json", accept_content=["json"])
