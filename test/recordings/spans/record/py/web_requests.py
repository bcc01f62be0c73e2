import os

from common import run
from opentelemetry.instrumentation.requests import RequestsInstrumentor

RequestsInstrumentor().instrument()
import requests

web = os.environ["WEB"]
run(
    lambda: requests.get(f"{web}/v1/users/4711?token=none"),
    lambda: requests.post(f"{web}/v1/users", json={}),
    lambda: requests.put(f"{web.replace('//', '//ana:none@')}/v1/users/4711"),
    lambda: requests.delete(f"{web}/v1/users/4711"),
    lambda: requests.get(f"{web}/v1/secret/data/crm/db"),
    lambda: requests.get(f"{web}/status/500"),
    lambda: requests.patch("http://127.0.0.1:9/refused"),
)
