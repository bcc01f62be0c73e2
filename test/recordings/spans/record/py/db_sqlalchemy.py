import os

from common import run
from opentelemetry.instrumentation.sqlalchemy import SQLAlchemyInstrumentor
from sqlalchemy import create_engine, text

engines = [create_engine("sqlite://"), create_engine(os.environ["POSTGRES"].replace("postgresql:", "postgresql+psycopg2:"))]
SQLAlchemyInstrumentor().instrument(engines=engines)


def ask(engine, statement):
    def step():
        with engine.begin() as connection:
            connection.execute(text(statement))

    return step


run(
    *(
        ask(engine, statement)
        for engine in engines
        for statement in (
            "CREATE TABLE alchemy (id int)",
            "INSERT INTO alchemy VALUES (1)",
            "SELECT * FROM alchemy",
            "SELECT * FROM missing",
            "DROP TABLE alchemy",
        )
    )
)
