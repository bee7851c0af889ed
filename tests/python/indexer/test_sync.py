"""Resume, duplicates, races, kills, reorgs: the index is always what one quiet reading would have made."""

import random
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from tests.python.indexer.tapes import BOOK, DESK, NFT, PEOPLE, VAULT, ZERO, Town, against_fresh, indexer
from vitrine.chain.rpc import NodeGoneError
from vitrine.errors import ChainError, ConfigError, StateError
from vitrine.indexer import schema, scribe
from vitrine.indexer.compare import rows_of
from vitrine.indexer.holdings import IndexHoldings
from vitrine.indexer.source import ChainMovedError
from vitrine.indexer.store import Header, IndexBusyError, Store
from vitrine.indexer.sync import ReorgTooDeepError
from vitrine.units import MAX_UINT256


class Killed(BaseException):
    """The process ended here."""


@pytest.fixture
def town():
    made = Town()
    made.tell(90)
    return made


def everything(store):
    with store.reading() as connection:
        return {table.name: rows_of(connection, table) for table in schema.metadata.sorted_tables}


# ---------------------------------------------------------------- reading


def test_catch_up__any_history__holds_what_was_told(town, stores):
    store = stores()
    step = indexer(town.tape, store).catch_up()
    assert step.done
    assert step.events == sum(len(block.logs) for block in town.tape.blocks)
    with store.reading() as connection:
        suppliers = {
            row["account"].lower(): row["shares"] for row in rows_of(connection, schema.suppliers).values()
        }
        accounts = {row["account"].lower(): row for row in rows_of(connection, schema.accounts).values()}
        pledges = {key[1]: row["account"].lower() for key, row in rows_of(connection, schema.pledges).items()}
        book = rows_of(connection, schema.vault)[0,]
    assert {who: n for who, n in suppliers.items() if n} == {w: n for w, n in town.shares.items() if n}
    assert {who: row["debt_shares"] for who, row in accounts.items() if row["debt_shares"]} == {
        who: debt for who, debt in town.debts.items() if debt
    }
    assert pledges == town.nfts
    assert (book["total_shares"], book["debt_shares"]) == (
        sum(town.shares.values()),
        sum(town.debts.values()),
    )
    for who, row in accounts.items():
        assert row["nft_count"] == row["units"] // 100 == list(town.nfts.values()).count(who)


def test_catch_up__twice__changes_nothing(town, stores):
    store = stores()
    made = indexer(town.tape, store)
    made.catch_up()
    before = everything(store)
    again = made.catch_up()
    assert (again.events, again.undone) == (0, 0)
    assert everything(store) == before


def test_catch_up__by_another_process_half_way__goes_on(town, stores):
    first = stores("shared")
    half = indexer(town.tape, first, span=7)
    for _ in range(5):
        half.step()
    assert first.cursor().block == 35
    first.close()
    second = stores("shared")
    step = indexer(town.tape, second, span=13).catch_up()
    assert step.block == 91
    assert not against_fresh(town.tape, second)


def test_two_indexers__taking_turns__neither_writes_twice(town, stores):
    one, two = stores("shared"), stores("shared")
    pair = [indexer(town.tape, one, span=3), indexer(town.tape, two, span=5)]
    while not all(made.step().done for made in pair):
        town.rng.shuffle(pair)
    assert not against_fresh(town.tape, one)


def test_two_indexers__same_step__the_second_is_refused(town, stores):
    one, two = stores("shared"), stores("shared")
    mine, other = indexer(town.tape, one), indexer(town.tape, two)
    stale = two.cursor()
    mine.step()
    with pytest.raises(IndexBusyError), two.moving(stale):
        pass
    assert other.catch_up().done
    assert not against_fresh(town.tape, two)


def test_logs__said_twice_and_out_of_order__counted_once(town, stores, monkeypatch):
    honest = town.tape._logs

    def careless(first, last):
        found = honest(first, last) * 2
        random.Random(3).shuffle(found)
        return found

    store = stores()
    monkeypatch.setattr(town.tape, "_logs", careless)
    indexer(town.tape, store).catch_up()
    monkeypatch.undo()
    assert not against_fresh(town.tape, store)


def test_logs__too_many_for_the_node__asked_in_parts(town, stores):
    town.tape.most_logs = 12
    store = stores()
    indexer(town.tape, store, span=80).catch_up()
    town.tape.most_logs = 10**6
    assert not against_fresh(town.tape, store)


def test_amounts__largest_there_is__exact(stores):
    town, store = Town(), stores()
    town.tape.mine(
        [
            VAULT.say("Transfer", **{"from": ZERO, "to": PEOPLE[0], "value": MAX_UINT256}),
            VAULT.say("ParameterSet", kind=b"supply cap".ljust(32, b"\0"), value=MAX_UINT256),
            DESK.say(
                "Pledged", account=PEOPLE[0], collection=NFT, tokenId=MAX_UINT256, units=100, payer=ZERO
            ),
        ]
    )
    indexer(town.tape, store).catch_up()
    with store.reading() as connection:
        assert [r["shares"] for r in rows_of(connection, schema.suppliers).values()] == [MAX_UINT256]
        assert rows_of(connection, schema.parameters)["vault supply cap",]["value"] == str(MAX_UINT256)
        assert [key[1] for key in rows_of(connection, schema.pledges)] == [MAX_UINT256]


# ---------------------------------------------------------------- killed


@pytest.mark.parametrize("nth", [1, 2, 40, 77])
def test_killed__inside_a_batch__nothing_of_it_stays(town, stores, monkeypatch, nth):
    store, told = stores(), 0
    indexer(town.tape, store, span=20).step()
    before = everything(store)
    pledged = scribe.HANDLERS["CreditDesk", "Pledged"]

    def dies(*arguments):
        nonlocal told
        told += 1
        if told == nth % 5 + 1:
            raise Killed
        pledged(*arguments)

    monkeypatch.setitem(scribe.HANDLERS, ("CreditDesk", "Pledged"), dies)
    made = indexer(town.tape, store, span=20 + nth)
    with pytest.raises(Killed):
        made.catch_up()
    assert everything(store) == before
    monkeypatch.undo()
    indexer(town.tape, store).catch_up()
    assert not against_fresh(town.tape, store)


def test_killed__between_any_two_lines__goes_on_as_if_nothing_had_been():
    town, store = Town(seed=5), Store("sqlite://")
    town.tell(30)
    lines = _lines_of(lambda: _reorganise(town, store))
    store.close()
    assert lines > 300
    for at in range(1, lines - 50, lines // 24):
        town, store = Town(seed=5), Store("sqlite://")
        town.tell(30)
        with pytest.raises(Killed):
            _lines_of(lambda town=town, store=store: _reorganise(town, store), at)
        sys.settrace(None)
        indexer(town.tape, store, span=9).catch_up()
        assert not against_fresh(town.tape, store), at
        store.close()


def _reorganise(town, store):
    """Two batches, a rollback of five blocks, one more batch."""
    made = indexer(town.tape, store, span=20)
    made.catch_up()
    town.forget(5)
    town.tell(6)
    made.catch_up()


def _lines_of(work, stop=None):
    """Lines of the indexer that `work` runs; dies at the line `stop`."""
    count = 0

    def trace(frame, what, _argument):
        nonlocal count
        if "vitrine/indexer" not in frame.f_code.co_filename or frame.f_code.co_filename.endswith("tape.py"):
            return None
        if what == "line":
            count += 1
            if count == stop:
                raise Killed
        return trace

    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(None)
    return count


# ---------------------------------------------------------------- blocks that are replaced


@pytest.mark.parametrize("depth", [1, 2, 63, 64])
def test_reorg__within_the_window__as_if_it_had_never_been_read(town, stores, depth):
    store = stores()
    made = indexer(town.tape, store)
    made.catch_up()
    town.forget(depth)
    town.tell(depth + 1)
    step = made.catch_up()
    assert (step.undone, step.block) == (depth, 92)
    assert not against_fresh(town.tape, store)


def test_reorg__one_block_too_deep__refused_and_nothing_lost(town, stores):
    store = stores()
    made = indexer(town.tape, store)
    made.catch_up()
    before = everything(store)
    town.forget(65)
    town.tell(70)
    with pytest.raises(ReorgTooDeepError, match=r"more than 64.*--rebuild"):
        made.catch_up()
    assert everything(store) == before
    made.open(rebuild=True)
    made.catch_up()
    assert not against_fresh(town.tape, store)


def test_reorg__chain_only_shorter__undone_to_its_head(town, stores):
    store = stores()
    made = indexer(town.tape, store)
    made.catch_up()
    town.forget(10)
    assert made.catch_up().undone == 10
    assert not against_fresh(town.tape, store)
    town.tell(30)
    made.catch_up()
    assert not against_fresh(town.tape, store)


def test_reorg__after_a_restart__still_undone(town, stores):
    store = stores("shared")
    indexer(town.tape, store).catch_up()
    store.close()
    town.forget(40)
    town.tell(50)
    other = stores("shared")
    assert indexer(town.tape, other).catch_up().undone == 40
    assert not against_fresh(town.tape, other)


def test_reorg__while_far_behind__not_undone_from_what_was_never_kept(town, stores):
    """Blocks deeper than the window leave nothing to undo them with: the index says so, it does not guess."""
    town.tell(300)
    store = stores()
    made = indexer(town.tape, store, span=50)
    made.step()
    town.forget(350)
    town.tell(360)
    with pytest.raises(ReorgTooDeepError):
        made.catch_up()


def test_reorg__between_two_requests__read_again(town, stores, monkeypatch):
    store = stores()
    made = indexer(town.tape, store, span=200)
    honest, moved = town.tape._logs, []

    def moving(first, last):
        if not moved:
            moved.append(True)
            town.forget(3)
            town.tell(3)
        return honest(first, last)

    monkeypatch.setattr(town.tape, "_logs", moving)
    with pytest.raises(ChainMovedError):
        made.step()
    assert store.cursor().block == 0
    made.catch_up()
    assert not against_fresh(town.tape, store)


def test_reorg__logs_of_the_other_branch__refused(town, stores, monkeypatch):
    honest = town.tape._logs
    monkeypatch.setattr(
        town.tape, "_logs", lambda *span: [log | {"blockHash": "0x" + "11" * 32} for log in honest(*span)]
    )
    with pytest.raises(ChainMovedError, match="another branch"):
        indexer(town.tape, stores(), span=200).step()


@given(
    st.lists(st.tuples(st.integers(1, 30), st.integers(0, 64), st.integers(1, 40)), max_size=8),
    st.integers(0, 99),
)
def test_index__any_course_of_blocks_and_reorgs__equals_a_quiet_reading(course, seed):
    town, store = Town(seed), Store("sqlite://")
    for blocks, depth, span in course:
        town.tell(blocks)
        made = indexer(town.tape, store, span=span)
        made.catch_up()
        depth = min(depth, len(town.states))
        if depth:
            town.forget(depth)
        if seed % 3 == 0:
            made.step()
    town.tell(1)
    indexer(town.tape, store).catch_up()
    assert not against_fresh(town.tape, store)
    store.close()


# ---------------------------------------------------------------- what is refused


def test_open__index_of_another_chain__refused(town, stores):
    store = stores()
    made = indexer(town.tape, store)
    made.source.chain.__dict__["chain_id"] = 5
    with pytest.raises(StateError, match="another deployment: chain_id 31337, here it is 5"):
        made.open()


@pytest.mark.parametrize("rebuild", [False, True])
def test_open__tables_of_somebody_else__left_alone(town, stores, rebuild):
    store = stores()
    with store.writing() as connection:
        connection.execute(text("create table events (mine integer)"))
        connection.execute(text("insert into events values (7)"))
    with pytest.raises(ConfigError, match="table events already"):
        store.open(
            indexer(town.tape, Store("sqlite://")).source.identity(), Header(0, "", "", 0), rebuild=rebuild
        )
    with store.reading() as connection:
        assert connection.execute(text("select mine from events")).scalar_one() == 7


def test_require__nothing_there__says_what_to_run(town, stores):
    made = indexer(town.tape, Store("sqlite://"))
    with pytest.raises(StateError, match="index run"):
        stores().require(made.source.identity())


def test_open__a_folder_instead_of_a_file__one_clear_sentence(town, tmp_path):
    with pytest.raises(ConfigError, match="refuses: unable to open"):
        indexer(town.tape, Store(f"sqlite:///{tmp_path}"))


def test_event__that_follows_from_nothing__named(stores):
    town = Town()
    town.tape.mine(
        [DESK.say("Pledged", account=ZERO, collection=PEOPLE[0], tokenId=1, units=100, payer=ZERO)]
    )
    with pytest.raises(ChainError, match=r"log 0 of block 2 \(CreditDesk.Pledged\)"):
        indexer(town.tape, stores()).catch_up()


def test_follow__node_away_for_a_while__waits_for_it(town, stores, monkeypatch):
    store, calls = stores(), []
    made = indexer(town.tape, store)
    honest = made.source.header

    def sometimes(number):
        calls.append(number)
        if len(calls) in (2, 3):
            raise NodeGoneError("The node does not answer")
        return honest(number)

    monkeypatch.setattr(made.source, "header", sometimes)
    made.follow(0.001, until=lambda: store.cursor().block == 91)
    assert not against_fresh(town.tape, store)


# ---------------------------------------------------------------- keepers


def test_holdings__accounts_and_nfts__in_any_spelling(town, stores):
    store = stores()
    indexer(town.tape, store).catch_up()
    holdings = IndexHoldings(store)
    known = holdings.accounts()
    assert set(town.nfts.values()) <= {account.lower() for account in known}
    found = holdings.refs([*PEOPLE, BOOK.address])
    assert list(found) == [*PEOPLE, BOOK.address]
    for who in PEOPLE:
        assert [token for _, token in found[who]] == sorted(t for t, o in town.nfts.items() if o == who)
    assert found[BOOK.address] == []
