import os

from common import run
from opentelemetry.instrumentation.psycopg2 import Psycopg2Instrumentor

Psycopg2Instrumentor().instrument()
import psycopg2

connection = psycopg2.connect(os.environ["POSTGRES"])
connection.autocommit = True
cursor = connection.cursor()
run(
    lambda: cursor.execute("CREATE TABLE py_customers (id int, name text)"),
    lambda: cursor.execute("INSERT INTO py_customers VALUES (%s, %s)", (1, "Ana")),
    lambda: cursor.execute("SELECT name FROM py_customers"),
    lambda: cursor.execute("COPY py_customers TO STDOUT"),
    lambda: cursor.execute("CREATE ROLE py_reader"),
    lambda: cursor.execute("GRANT SELECT ON py_customers TO py_reader"),
    lambda: cursor.execute("DROP OWNED BY py_reader"),
    lambda: cursor.execute("DROP ROLE py_reader"),
    lambda: cursor.execute("SELECT * FROM py_missing"),
    lambda: cursor.callproc("pg_backend_pid"),
    lambda: cursor.execute("DROP TABLE py_customers"),
)
