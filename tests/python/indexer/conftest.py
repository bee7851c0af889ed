"""Databases to index into: SQLite always, PostgreSQL too when VITRINE_TEST_POSTGRES names one."""

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from vitrine.indexer.store import Store

POSTGRES = os.environ.get("VITRINE_TEST_POSTGRES")
ENGINES = ("sqlite", "postgresql") if POSTGRES else ("sqlite",)
Stores = Callable[..., Store]
_numbers = itertools.count()


@pytest.fixture(params=ENGINES)
def stores(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stores]:
    """Makes stores: each an empty database, or with `name` the one made under that name before."""
    made: list[Store] = []
    schemas: dict[str, str] = {}

    def make(name: str = "") -> Store:
        name = name or f"db{next(_numbers)}"
        if request.param == "sqlite":
            store = Store(f"sqlite:///{tmp_path / name}.sqlite")
        else:
            url = make_url(str(POSTGRES)).set(drivername="postgresql+psycopg")
            if name not in schemas:
                schemas[name] = f"t{os.getpid()}_{next(_numbers)}"
                _run(url, f"create schema {schemas[name]}")
            own = url.update_query_dict({"options": f"-csearch_path={schemas[name]}"})
            store = Store(own.render_as_string(hide_password=False))
        made.append(store)
        return store

    yield make
    for store in made:
        store.close()
    for schema in schemas.values():
        _run(
            url=make_url(str(POSTGRES)).set(drivername="postgresql+psycopg"),
            sql=f"drop schema {schema} cascade",
        )


def _run(url, sql):
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(sql))
    engine.dispose()
