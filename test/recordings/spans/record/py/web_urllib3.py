import os

from common import run
from opentelemetry.instrumentation.urllib3 import URLLib3Instrumentor

URLLib3Instrumentor().instrument()
import urllib3

web = os.environ["WEB"]
pool = urllib3.PoolManager(retries=False)
run(
    lambda: pool.request("GET", f"{web}/v1/reports?year=2026"),
    lambda: pool.request("POST", f"{web}/v1/reports"),
    lambda: pool.request("PUT", f"{web}/v1/reports/7"),
    lambda: pool.request("DELETE", f"{web}/status/401"),
    lambda: pool.request("GET", "http://127.0.0.1:9/refused"),
)
