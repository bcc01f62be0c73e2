from common import run
from opentelemetry.instrumentation.sqlite3 import SQLite3Instrumentor

SQLite3Instrumentor().instrument()
import sqlite3

cursor = sqlite3.connect(":memory:").cursor()
run(
    lambda: cursor.execute("CREATE TABLE notes (id int, text text)"),
    lambda: cursor.execute("INSERT INTO notes VALUES (1, 'x')"),
    lambda: cursor.execute("SELECT text FROM notes WHERE id = 1"),
    lambda: cursor.execute("update notes set text = 'y'"),
    lambda: cursor.executemany("INSERT INTO notes VALUES (?, ?)", [(2, "a"), (3, "b")]),
    lambda: cursor.execute("DELETE FROM notes"),
    lambda: cursor.execute("SELECT * FROM missing"),
    lambda: cursor.execute("DROP TABLE notes"),
    lambda: cursor.execute("PRAGMA user_version"),
)
