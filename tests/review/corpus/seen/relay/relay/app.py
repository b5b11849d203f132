from celery import Celery

app = Celery("relay")
app.config_from_object("relay.celeryconfig")
app.autodiscover_tasks(["relay"])
