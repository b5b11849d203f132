import os

broker_url = os.environ["RELAY_BROKER"]
result_backend = os.environ["RELAY_RESULTS"]
task_serializer = "pickle"
accept_content = ["pickle", "json"]
result_serializer = "json"
task_acks_late = True
worker_prefetch_multiplier = 1
