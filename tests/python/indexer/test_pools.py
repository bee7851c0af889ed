"""Pools did not exist when the index was opened: they are found as they are created, and known later."""

import random
from collections.abc import Callable

from tests.python.indexer.tapes import VOICES as OTHERS
from vitrine.indexer import schema
from vitrine.indexer.compare import differences, rows_of
from vitrine.indexer.source import LogSource
from vitrine.indexer.store import Store
from vitrine.indexer.sync import Indexer
from vitrine.indexer.tape import Log, Tape, Voice, chain_of, target_of

ZERO = "0x" + "00" * 20
NFT, CURVE, OWNER = ("0x" + f"{n:02x}" * 20 for n in (0xC0, 0xC1, 0xC2))
CREATED = (
    "PoolCreated(address indexed pool, address indexed collection, address indexed owner, address curve,"
    " uint8 kind, uint256 feeBps, uint256 protocolFeeBps, uint256 spot, uint256 delta, bytes32 listRoot)"
)
FUNDED = "PoolFunded(address indexed from, uint256[] tokenIds, uint256 assets)"
BOUGHT = (
    "NftsBought(address indexed buyer, address indexed receiver, uint256[] tokenIds, uint256 total,"
    " uint256 lpFee, uint256 protocolFee, uint256 royalty, uint256 spot, uint256 delta)"
)
FACTORY = Voice("0x" + "0f" * 20, [CREATED])
IMPLEMENTATION = Voice("0x" + "0e" * 20, [FUNDED, BOUGHT])
VOICES = OTHERS | {"NFTPoolFactory": FACTORY, "NFTPool": IMPLEMENTATION}
Stores = Callable[..., Store]


def pool_voice(number: int) -> Voice:
    return Voice(f"0x{0xD000 + number:040x}", [FUNDED, BOUGHT])


def birth(number: int) -> list[Log]:
    """A pool, and in the same block the NFTs and the asset it starts with."""
    pool = pool_voice(number)
    made = FACTORY.say(
        "PoolCreated", pool=pool.address, collection=NFT, owner=OWNER, curve=CURVE, kind=2, feeBps=100,
        protocolFeeBps=10, spot=500, delta=5, listRoot=bytes(32),
    )  # fmt: skip
    first = 100 * number
    return [made, pool.say("PoolFunded", **{"from": OWNER}, tokenIds=[first, first + 1], assets=10_000)]


def sale(number: int, token_id: int) -> Log:
    pool = pool_voice(number)
    return pool.say(
        "NftsBought", buyer=OWNER, receiver=OWNER, tokenIds=[token_id], total=520, lpFee=10, protocolFee=5,
        royalty=5, spot=505, delta=5,
    )  # fmt: skip


def indexer(tape: Tape, store: Store, span: int = 10) -> Indexer:
    made = Indexer(LogSource(chain_of(tape, VOICES.values()), target_of(VOICES), span=span), store)
    made.open()
    return made


def pools(store: Store) -> dict[str, dict[str, object]]:
    with store.reading() as connection:
        return {key[0]: row for key, row in rows_of(connection, schema.pools).items()}


def equal_to_fresh(tape: Tape, store: Store) -> bool:
    fresh = Store("sqlite://")
    indexer(tape, fresh, span=10_000).catch_up()
    with store.reading() as mine, fresh.reading() as theirs:
        found = list(differences(mine, theirs))
    fresh.close()
    return not found


def test_pool__created_and_funded_in_one_block__is_whole(stores: Stores) -> None:
    tape, store = Tape(), stores()
    tape.mine(birth(1))
    tape.mine([sale(1, 101)])
    indexer(tape, store).catch_up()
    (row,) = pools(store).values()
    assert (row["nfts"], row["assets"], row["protocol_fees"]) == (1, 10_000 + 510, 5)
    assert (row["kind"], row["spot"]) == ("two-sided", 505)
    with store.reading() as connection:
        assert [key[1] for key in rows_of(connection, schema.pool_nfts)] == [100]


def test_pool__process_begins_anew__still_listens(stores: Stores) -> None:
    tape, store = Tape(), stores("kept")
    tape.mine(birth(1))
    indexer(tape, store).catch_up()
    tape.mine([sale(1, 100)])
    indexer(tape, store).catch_up()
    (row,) = pools(store).values()
    assert row["nfts"] == 1
    assert equal_to_fresh(tape, store)


def test_pool__its_block_replaced__is_gone_and_comes_back(stores: Stores) -> None:
    tape, store = Tape(), stores()
    tape.mine()
    follower = indexer(tape, store)
    tape.mine(birth(1))
    tape.mine([sale(1, 100)])
    follower.catch_up()
    tape.cut(2)
    tape.mine()
    tape.mine()
    tape.mine()
    follower.catch_up()
    assert pools(store) == {}
    tape.mine([*birth(1), sale(1, 101)])
    follower.catch_up()
    (row,) = pools(store).values()
    assert row["nfts"] == 1
    assert equal_to_fresh(tape, store)


def test_pool__unknown_to_the_factory__is_not_listened_to(stores: Stores) -> None:
    tape, store = Tape(), stores()
    tape.mine([*birth(1), sale(7, 700)])
    indexer(tape, store).catch_up()
    assert [int(pool, 16) for pool in pools(store)] == [int(pool_voice(1).address, 16)]


def test_pools__many_in_any_order__as_if_read_at_once(stores: Stores) -> None:
    rng, tape, store = random.Random(4), Tape(), stores()
    follower, born = indexer(tape, store, span=3), 0
    left: dict[int, list[int]] = {}
    for _ in range(60):
        logs: list[Log] = []
        for _ in range(rng.randrange(3)):
            if left and rng.random() < 0.6:
                number = rng.choice(sorted(left))
                logs.append(sale(number, left[number].pop()))
                if not left[number]:
                    del left[number]
            else:
                born += 1
                left[born] = [100 * born, 100 * born + 1]
                logs += birth(born)
        tape.mine(logs)
        if rng.random() < 0.3:
            follower.catch_up()
    follower.catch_up()
    assert len(pools(store)) == born
    assert equal_to_fresh(tape, store)
