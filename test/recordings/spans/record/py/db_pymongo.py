import os

from common import run
from opentelemetry.instrumentation.pymongo import PymongoInstrumentor

PymongoInstrumentor().instrument()
import pymongo

shop = pymongo.MongoClient(os.environ["MONGO"])["shop"]
run(
    lambda: shop.orders.insert_one({"n": 1}),
    lambda: shop.orders.find_one({"n": 1}),
    lambda: shop.orders.update_many({}, {"$set": {"n": 2}}),
    lambda: shop.orders.delete_one({"n": 2}),
    lambda: list(shop.orders.aggregate([])),
    lambda: shop.orders.drop(),
    lambda: shop.missing.find_one(),
)
