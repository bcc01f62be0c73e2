from common import run
from flask import Flask
from opentelemetry.instrumentation.flask import FlaskInstrumentor

app = Flask("orders")
FlaskInstrumentor().instrument_app(app)
app.add_url_rule("/orders/<number>", "order", lambda number: number)
app.add_url_rule("/fail", "fail", lambda: 1 / 0)
client = app.test_client()
run(lambda: client.get("/orders/17?x=1"), lambda: client.get("/fail"), lambda: client.post("/none"))
