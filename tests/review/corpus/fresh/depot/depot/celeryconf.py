"""Queue of the warehouse: jobs for labels, forecasts and mails."""
import os

from kombu import Queue

broker_url = os.environ["BROKER_URL"]
result_backend = os.environ.get("RESULT_URL", "redis://localhost:6379/3")
accept_content = ["json", "pickle"]
task_serializer = "json"
result_serializer = "json"
task_queues = [Queue("labels"), Queue("forecasts")]
worker_hijack_root_logger = False
