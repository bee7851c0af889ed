"""`Appraisals`: proven and signed multipliers, expiry, replay, revocation."""

from dataclasses import replace

import pytest

from tests.helpers.accounts import malleate
from tests.helpers.actors import ACTORS
from tests.helpers.evm import reverts
from tests.unit.pricing.worlds import GOVERNOR, RATE, STRANGER, ZERO, build_oracle
from vitrine.models.appraisals import AppraisalTree, SignedAppraisal, appraisal_typed_data
from vitrine.units import DAY, HOUR, WAD

APPRAISER, THIEF = ACTORS.appraiser, ACTORS.thief
TYPES = {
    name: [(field["name"], field["type"]) for field in fields]
    for name, fields in appraisal_typed_data(1, ZERO, SignedAppraisal(ZERO, 1, 100, 0, 0, 0))["types"].items()
    if name != "EIP712Domain"
}
MAX_LIFE = 180 * DAY


class Book:
    """The contract with one collection that `APPRAISER` signs for."""

    def __init__(self, driver):
        self.driver = driver
        self.authority = driver.deploy("Authority", GOVERNOR)
        self.book = driver.deploy("Appraisals", self.authority)
        self.collection = driver.deploy("MockNft")
        self.book.setAppraiser(self.collection, APPRAISER, True, sender=GOVERNOR)
        driver.warp(30 * DAY)

    def appraisal(self, token_id=7, units=250, issued=0, life=30 * DAY, **fields):
        """One issued `issued` seconds before now."""
        at = self.driver.timestamp - issued
        return replace(
            SignedAppraisal(
                self.collection.address, token_id, units, at, at + life, self.driver.timestamp + DAY
            ),
            **fields,
        )

    def sign(self, appraisal, by=APPRAISER, **terms):
        message = appraisal_typed_data(31_337, self.book.address, appraisal)
        return by.sign_typed(message["domain"] | terms, TYPES, "Appraisal", message["message"])

    def post(self, appraisal, by=APPRAISER, signature=None):
        signature = self.sign(appraisal, by) if signature is None else signature
        return self.book.postSigned(appraisal.as_argument, by, signature, sender=STRANGER)

    def units(self, token_id=7):
        return tuple(self.book.unitsOf(self.collection, token_id))


@pytest.fixture
def book(driver):
    return Book(driver)


# ---------------------------------------------------------------- signed


def test_post_signed__by_anyone__units_until_expiry(book):
    appraisal = book.appraisal()
    assert book.units() == (100, 0)
    tx = book.post(appraisal)
    told = book.book.event("AppraisalPosted", tx)
    assert (told.tokenId, told.appraiser, told.units) == (7, APPRAISER.address, 250)
    assert (told.issuedAt, told.expiresAt) == (appraisal.issued_at, appraisal.expires_at)
    assert book.units() == (250, appraisal.expires_at)
    assert book.units(8) == (100, 0)


@pytest.mark.parametrize(("after", "live"), [(-1, True), (0, True), (1, False), (DAY, False)])
def test_units__at_expiry__end_with_that_second(book, after, live):
    appraisal = book.appraisal(life=HOUR)
    book.post(appraisal)
    book.driver.warp_to(appraisal.expires_at + after)
    assert book.units() == ((250, appraisal.expires_at) if live else (100, 0))
    assert book.book.recordOf(book.collection, 7)[0] == 250


@pytest.mark.parametrize(
    ("units", "good"), [(0, False), (99, False), (100, True), (300, True), (301, False), (2**16 + 200, False)]
)
def test_post_signed__units__within_bounds(book, units, good):
    appraisal = book.appraisal(units=units)
    if good:
        book.post(appraisal)
        assert book.units()[0] == units
    else:
        with reverts("OutOfBounds", value=units, low=100, high=300):
            book.post(appraisal)
        assert book.units() == (100, 0)


@pytest.mark.parametrize(("life", "good"), [(MAX_LIFE - 1, True), (MAX_LIFE, True), (MAX_LIFE + 1, False)])
def test_post_signed__life__at_most_180_days(book, life, good):
    appraisal = book.appraisal(life=life)
    if good:
        book.post(appraisal)
    else:
        with reverts("OutOfBounds", value=appraisal.expires_at):
            book.post(appraisal)


def test_post_signed__expired_on_arrival__reverts(book):
    appraisal = book.appraisal(issued=2 * HOUR, life=HOUR)
    with reverts("AppraisalExpired", expiresAt=appraisal.expires_at):
        book.post(appraisal)


def test_post_signed__issued_in_the_future__reverts(book):
    appraisal = book.appraisal(issued=-1)
    with reverts("IssuedInFuture", issuedAt=appraisal.issued_at):
        book.post(appraisal)
    book.post(appraisal)  # the refused transaction took the second that was missing


def test_post_signed__deadline__is_the_last_second(book):
    appraisal = book.appraisal(deadline=book.driver.timestamp)
    late = book.appraisal(token_id=8, deadline=book.driver.timestamp)
    book.post(appraisal)
    with reverts("DeadlineExpired", deadline=late.deadline, now_=late.deadline + 1):
        book.post(late)


def test_post_signed__newer_replaces_older_and_never_the_reverse(book):
    older, newer = book.appraisal(issued=HOUR, units=300), book.appraisal(units=150)
    book.post(older)
    book.post(newer)
    assert book.units()[0] == 150
    for stale in (older, newer, replace(newer, units=300)):
        with reverts("AppraisalNotNewer", issuedAt=stale.issued_at, standing=newer.issued_at):
            book.post(stale)
    assert book.units()[0] == 150


FIELDS = {
    "token_id": 9,
    "units": 299,
    "issued_at": 1,
    "expires_at": 1,
    "deadline": 1,
    "collection": None,
}


@pytest.mark.parametrize("field", FIELDS)
def test_alter__any_field_after_signing__reverts(book, field):
    appraisal = book.appraisal(issued=HOUR)
    signature = book.sign(appraisal)
    if field == "collection":
        other = book.driver.deploy("MockNft")
        book.book.setAppraiser(other, APPRAISER, True, sender=GOVERNOR)
        altered = replace(appraisal, collection=other.address)
    else:
        old = getattr(appraisal, field)
        altered = replace(appraisal, **{field: FIELDS[field] if FIELDS[field] > 1 else old + 1})
    with reverts("BadSignature", signer=APPRAISER):
        book.post(altered, signature=signature)
    book.post(appraisal, signature=signature)


@pytest.mark.parametrize(
    "terms",
    [
        {"chainId": 1},
        {"verifyingContract": STRANGER.address},
        {"name": "Vitrine SignedFloorFeed"},
        {"version": "2"},
    ],
)
def test_foreign__signed_for_another_domain__reverts(book, terms):
    appraisal = book.appraisal()
    with reverts("BadSignature", signer=APPRAISER):
        book.post(appraisal, signature=book.sign(appraisal, **terms))


def test_malleate__high_s_or_broken__reverts(book):
    appraisal = book.appraisal()
    good = book.sign(appraisal)
    for bad in (malleate(good), b"", good[:64], good + b"\0", bytes(65)):
        with reverts("BadSignature", signer=APPRAISER):
            book.post(appraisal, signature=bad)


def test_post_signed__by_a_thief_or_a_removed_appraiser__reverts(book):
    appraisal = book.appraisal()
    with reverts("AppraiserUnknown", collection=book.collection, appraiser=THIEF):
        book.post(appraisal, by=THIEF)
    with reverts("BadSignature", signer=APPRAISER):
        book.post(appraisal, signature=book.sign(appraisal, by=THIEF))
    book.book.setAppraiser(book.collection, APPRAISER, False, sender=GOVERNOR)
    with reverts("AppraiserUnknown", collection=book.collection, appraiser=APPRAISER):
        book.post(appraisal)
    assert not book.book.isAppraiser(book.collection, APPRAISER)


def test_post_signed__wallet__counts_while_it_accepts(book):
    wallet = book.driver.deploy("Erc1271Wallet", APPRAISER)
    book.book.setAppraiser(book.collection, wallet, True, sender=GOVERNOR)
    appraisal = book.appraisal()
    wallet.setAccepting(False, sender=STRANGER)
    signature = book.sign(appraisal)
    with reverts("BadSignature", signer=wallet):
        book.book.postSigned(appraisal.as_argument, wallet, signature, sender=STRANGER)
    wallet.setAccepting(True, sender=STRANGER)
    book.book.postSigned(appraisal.as_argument, wallet, signature, sender=STRANGER)
    assert book.units()[0] == 250


def test_digest__is_what_typed_data_signers_sign(book):
    from eth_account import Account as Signer

    appraisal = book.appraisal()
    message = appraisal_typed_data(31_337, book.book.address, appraisal)
    signed = Signer.from_key(APPRAISER.key).sign_typed_data(full_message=message)
    assert bytes(signed.message_hash) == book.book.digestOf(appraisal.as_argument)
    book.post(appraisal, signature=bytes(signed.signature))


# ---------------------------------------------------------------- proven


def tree_of(book, count=5, life=30 * DAY):
    expires = book.driver.timestamp + life
    return AppraisalTree(
        [(book.collection.address, token, 100 + 20 * token, expires) for token in range(count)]
    )


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 9, 10])
def test_post_proven__every_leaf_of_the_root__counts(book, count):
    tree = tree_of(book, count)
    book.book.setRoot(book.collection, tree.root, sender=GOVERNOR)
    for token, (_, _, units, expires) in enumerate(tree.leaves):
        book.book.postProven(book.collection, token, units, expires, tree.proof(token), sender=STRANGER)
        assert book.units(token) == (units, expires)


def test_post_proven__altered_or_foreign__reverts(book):
    tree = tree_of(book)
    expires = tree.leaves[3][3]
    with reverts("ProofInvalid"):
        book.book.postProven(book.collection, 3, 160, expires, tree.proof(3), sender=STRANGER)  # no root yet
    book.book.setRoot(book.collection, tree.root, sender=GOVERNOR)
    other = book.driver.deploy("MockNft")
    book.book.setRoot(other, tree.root, sender=GOVERNOR)
    for args in (
        (book.collection, 4, 160, expires, tree.proof(3)),
        (book.collection, 3, 161, expires, tree.proof(3)),
        (book.collection, 3, 160, expires + 1, tree.proof(3)),
        (book.collection, 3, 160, expires, tree.proof(2)),
        (book.collection, 3, 160, expires, []),
        (other, 3, 160, expires, tree.proof(3)),
    ):
        with reverts("ProofInvalid"):
            book.book.postProven(*args, sender=STRANGER)
    assert book.units(3) == (100, 0)


def test_post_proven__inner_node_as_a_leaf__reverts(book):
    """A leaf is hashed twice, so the 64 bytes of an inner node are no leaf."""
    tree = tree_of(book, 4)
    book.book.setRoot(book.collection, tree.root, sender=GOVERNOR)
    with reverts("ProofInvalid"):
        book.book.postProven(book.collection, 0, 100, tree.leaves[0][3], tree.proof(0)[1:], sender=STRANGER)


def test_post_proven__twice_or_after_a_newer_one__reverts(book):
    tree = tree_of(book)
    book.book.setRoot(book.collection, tree.root, sender=GOVERNOR)
    set_at = book.book.rootOf(book.collection).setAt
    args = (book.collection, 3, 160, tree.leaves[3][3], tree.proof(3))
    book.book.postProven(*args, sender=STRANGER)
    with reverts("AppraisalNotNewer", issuedAt=set_at, standing=set_at):
        book.book.postProven(*args, sender=STRANGER)
    newer = book.appraisal(token_id=3, units=110)
    book.post(newer)
    with reverts("AppraisalNotNewer", issuedAt=set_at, standing=newer.issued_at):
        book.book.postProven(*args, sender=STRANGER)
    assert book.units(3)[0] == 110


def test_set_root__later__supersedes_what_was_signed_before(book):
    old = book.appraisal(token_id=3, units=300)
    tree = tree_of(book)
    book.book.setRoot(book.collection, tree.root, sender=GOVERNOR)
    book.book.postProven(book.collection, 3, 160, tree.leaves[3][3], tree.proof(3), sender=STRANGER)
    with reverts("AppraisalNotNewer"):
        book.post(old)


def test_post_proven__expired_or_too_long__reverts(book):
    tree = tree_of(book, life=HOUR)
    book.book.setRoot(book.collection, tree.root, sender=GOVERNOR)
    book.driver.warp(2 * HOUR)
    with reverts("AppraisalExpired"):
        book.book.postProven(book.collection, 3, 160, tree.leaves[3][3], tree.proof(3), sender=STRANGER)
    tree = tree_of(book, life=MAX_LIFE + HOUR)
    book.book.setRoot(book.collection, tree.root, sender=GOVERNOR)
    with reverts("OutOfBounds"):
        book.book.postProven(book.collection, 3, 160, tree.leaves[3][3], tree.proof(3), sender=STRANGER)


def test_multicall__many_at_once(book):
    tree = tree_of(book)
    book.book.setRoot(book.collection, tree.root, sender=GOVERNOR)
    calls = [
        book.book.postProven.data(book.collection, token, units, expires, tree.proof(token))
        for token, (_, _, units, expires) in enumerate(tree.leaves)
    ]
    book.book.multicall(calls, sender=STRANGER)
    assert [book.units(token)[0] for token in range(5)] == [100, 120, 140, 160, 180]


# ---------------------------------------------------------------- revocation


def test_revoke__one_token__and_what_was_signed_until_then(book):
    posted, kept_back = book.appraisal(issued=HOUR), book.appraisal(units=300)
    book.post(posted)
    tx = book.book.revoke(book.collection, 7, sender=GOVERNOR)
    assert book.book.event("AppraisalRevoked", tx).at == tx.timestamp
    assert book.units() == (100, 0)
    for old in (posted, kept_back):
        with reverts("AppraisalNotNewer", standing=tx.timestamp):
            book.post(old)
    book.post(book.appraisal(units=120))
    assert book.units()[0] == 120


def test_revoke_collection__all_at_once_and_the_root(book):
    tree = tree_of(book)
    book.book.setRoot(book.collection, tree.root, sender=GOVERNOR)
    book.book.postProven(book.collection, 3, 160, tree.leaves[3][3], tree.proof(3), sender=STRANGER)
    signed = book.appraisal()
    book.post(signed)
    tx = book.book.revokeCollection(book.collection, sender=GOVERNOR)
    assert (book.units(3), book.units(7)) == ((100, 0), (100, 0))
    with reverts("ProofInvalid"):
        book.book.postProven(book.collection, 2, 140, tree.leaves[2][3], tree.proof(2), sender=STRANGER)
    late = book.appraisal(token_id=9, issued=2)
    with reverts("AppraisalNotNewer", standing=tx.timestamp):
        book.post(late)
    book.post(book.appraisal(units=120))
    assert (book.units(7)[0], book.units(3)) == (120, (100, 0))


@pytest.mark.parametrize("name", ["setRoot", "setAppraiser", "revoke", "revokeCollection"])
def test_governance__by_anyone_else__reverts(book, name):
    args = {
        "setRoot": (book.collection, b"\1" * 32),
        "setAppraiser": (book.collection, THIEF, True),
        "revoke": (book.collection, 7),
        "revokeCollection": (book.collection,),
    }[name]
    for who in (STRANGER, APPRAISER):
        with reverts("AccessManagedUnauthorized", caller=who):
            getattr(book.book, name)(*args, sender=who)


def test_governance__zero_addresses__revert(book):
    with reverts("ZeroAddress"):
        book.book.setRoot(ZERO, b"\1" * 32, sender=GOVERNOR)
    with reverts("ZeroAddress"):
        book.book.setAppraiser(book.collection, ZERO, True, sender=GOVERNOR)


# ---------------------------------------------------------------- as the oracle uses them


def test_value_of__appraised_token__units_times_price_down(driver, asset):
    world = build_oracle(driver, asset)
    world.says(0, world.reading(60 * WAD + 1, avg=60 * WAD + 1, depth=50 * WAD + 1))
    world.eth(RATE + 0.01)
    book = Book.__new__(Book)
    book.driver, book.book, book.collection = driver, world.appraisals, world.collection
    book.book.setAppraiser(world.collection, APPRAISER, True, sender=GOVERNOR)
    appraisal = book.appraisal(units=233, life=HOUR)
    book.post(appraisal)
    q = world.quote()
    assert tuple(world.oracle.valueOf(world.collection, 7)) == (q.bid * 233 // 100, q.mid * 233 // 100)
    assert tuple(world.oracle.valueOf(world.collection, 8)) == (q.bid, q.mid)
    driver.warp_to(appraisal.expires_at + 1)
    assert world.quote().mid == q.mid
    assert tuple(world.oracle.valueOf(world.collection, 7)) == (q.bid, q.mid)
