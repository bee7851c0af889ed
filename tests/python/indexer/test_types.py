"""Amounts up to 2^256 on every engine."""

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, insert, select

from vitrine.errors import AmountError, ConfigError
from vitrine.indexer.store import Store
from vitrine.indexer.types import Uint, total
from vitrine.units import MAX_UINT256

NUMBERS = [0, 1, 9, 10, 2**53 + 1, 10**18, 2**128, MAX_UINT256 - 1, MAX_UINT256]
table = Table("amounts", MetaData(), Column("id", Integer, primary_key=True), Column("amount", Uint()))


@pytest.fixture
def amounts(stores):
    store = stores()
    with store.writing() as connection:
        table.create(connection)
        rows = [{"id": i, "amount": n} for i, n in enumerate(reversed(NUMBERS))]
        connection.execute(insert(table), rows)
    return store


def test_uint__every_size__comes_back_exact_and_sorted(amounts):
    with amounts.reading() as connection:
        found = connection.execute(select(table.c.amount).order_by(table.c.amount)).scalars().all()
    assert found == NUMBERS


def test_uint__compared__as_numbers(amounts):
    with amounts.reading() as connection:
        above = connection.execute(select(table.c.amount).where(table.c.amount > 9)).scalars().all()
    assert sorted(above) == NUMBERS[3:]


def test_total__small_and_nothing__exact(amounts):
    few = select(total(table.c.amount)).where(table.c.amount < MAX_UINT256 - 1)
    none = select(total(table.c.amount)).where(table.c.amount < 0)
    with amounts.reading() as connection:
        assert connection.execute(few).scalar_one() == sum(NUMBERS[:-2])
        assert connection.execute(none).scalar_one() == 0


@pytest.mark.parametrize("number", [-1, MAX_UINT256 + 1])
def test_uint__out_of_range__refused(number):
    from sqlalchemy.dialects import sqlite

    with pytest.raises(AmountError, match="256 bits"):
        Uint().process_bind_param(number, sqlite.dialect())


@pytest.mark.parametrize(
    ("address", "words"), [("nonsense", "not the address"), ("mysql://host/name", "SQLite or PostgreSQL")]
)
def test_store__bad_address__one_clear_sentence(address, words):
    with pytest.raises(ConfigError, match=words):
        Store(address)


def test_store__password__never_shown():
    assert "secret" not in Store("postgresql://me:secret@localhost/name").shown
