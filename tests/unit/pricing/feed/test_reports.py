"""Attacks on reports: replayed, altered field by field, doubled, malleated, reordered, foreign, rotated."""

from dataclasses import replace

import pytest

from tests.helpers.accounts import malleate
from tests.helpers.actors import ACTORS
from tests.helpers.evm import reverts
from tests.unit.pricing.worlds import (
    ETH,
    GOVERNOR,
    KEEPER,
    REPORTERS,
    SLOT,
    ZERO,
    build_feed,
    by_address,
    punk,
    wei,
)

THIEF = ACTORS.thief


def honest(world, slot, spot=60.0):
    return world.reports(slot, [[punk(spot, spot - 1, spot - 5, age=60)]] * 3)


def unchanged(world, round_before):
    assert world.feed.roundAt(1) == round_before.word
    return True


# ---------------------------------------------------------------- replayed and reordered


def test_replay__same_transaction_again__reverts(world):
    slot = world.next_slot()
    reports = honest(world, slot)
    found = world.compare(slot, reports).rounds[1]
    with reverts("NothingAccepted", slotAt=slot):
        world.compare(slot, reports)
    assert unchanged(world, found)


def test_replay__in_a_later_slot__signatures_do_not_fit(world):
    old = honest(world, world.slot())
    found = world.compare(world.slot(), old).rounds[1]
    slot = world.next_slot()
    with reverts("BadSignature", signer=REPORTERS[0]):
        world.send(slot, old)
    assert unchanged(world, found)


def test_reorder__older_slot_after_a_newer_one__reverts(driver):
    world = build_feed(driver)
    world.enlist()
    old = world.slot()
    driver.warp_to(old + 30 * 60)
    late = honest(world, old, 50)
    found = world.compare(old, honest(world, old)).rounds[1]
    with reverts("NothingAccepted", slotAt=old):
        world.compare(old, late)
    assert unchanged(world, found)


def test_reorder__second_set_of_reports_for_a_slot__only_new_collections_get_a_round(world):
    world.enlist()
    slot = world.next_slot()
    first = world.compare(slot, honest(world, slot)).rounds[1]
    both = world.reports(slot, [[punk(90), punk(20, feed_id=2)]] * 3, REPORTERS[2:])
    outcome = world.compare(slot, both)
    assert outcome.rounds.keys() == {2}
    assert unchanged(world, first)


def test_reorder__reports_not_ascending_by_reporter__reverts(world):
    slot = world.next_slot()
    a, b, c = honest(world, slot)
    for order in ((b, a, c), (a, c, b), (c, b, a)):
        with reverts("ReportersUnordered"):
            world.compare(slot, order)


# ---------------------------------------------------------------- signed twice


def test_double__one_report_carried_twice__reverts(world):
    slot = world.next_slot()
    a, b, _ = honest(world, slot)
    with reverts("ReportersUnordered", previous=REPORTERS[1], next=REPORTERS[1]):
        world.compare(slot, [a, b, b])


def test_double__two_reports_of_one_reporter__reverts(world):
    slot = world.next_slot()
    a, b, _ = honest(world, slot)
    other = world.sign(REPORTERS[1], slot, [punk(30, 29, 25)])
    with reverts("ReportersUnordered", previous=REPORTERS[1], next=REPORTERS[1]):
        world.compare(slot, [a, b, other])


def test_double__one_key_under_two_names__reverts(world):
    slot = world.next_slot()
    a, b, c = honest(world, slot)
    with reverts("BadSignature", signer=REPORTERS[2]):
        world.send(slot, [a, b, replace(c, signature=b.signature)])


# ---------------------------------------------------------------- altered


FIELDS = {"feed id": 240, "age": 208, "confidence": 192, "spot": 128, "sale": 64, "depth": 0}


@pytest.mark.parametrize("field", FIELDS)
def test_alter__any_field_of_an_item_after_signing__reverts(world, field):
    slot = world.next_slot()
    reports = honest(world, slot)
    for place in range(3):
        altered = list(reports)
        altered[place] = replace(reports[place], words=(reports[place].words[0] ^ 1 << FIELDS[field],))
        with reverts("BadSignature", signer=REPORTERS[place]):
            world.send(slot, altered)
    assert world.feed.latest(1).spot == 0


def test_alter__slot_time_items_added_and_dropped__revert(world):
    world.enlist()
    slot = world.next_slot()
    a, b, c = world.reports(slot, [[punk(60), punk(20, feed_id=2)]] * 3)
    for words in ((), a.words[:1], a.words[1:], (*a.words, punk(1, feed_id=3).word), a.words[::-1]):
        with reverts("BadSignature", signer=REPORTERS[0]):
            world.send(slot, [replace(a, words=words), b, c])
    other_slot = world.sign(REPORTERS[0], slot - SLOT, [punk(60), punk(20, feed_id=2)])
    with reverts("BadSignature", signer=REPORTERS[0]):
        world.send(slot, [other_slot, b, c])


@pytest.mark.parametrize(
    "terms",
    [
        {"chainId": 1},
        {"chainId": 0},
        {"verifyingContract": KEEPER},
        {"name": "Vitrine Appraisals"},
        {"version": "2"},
    ],
    ids=["chain", "no chain", "contract", "name", "version"],
)
def test_foreign__signed_for_another_domain__reverts(world, terms):
    slot = world.next_slot()
    a, b, c = honest(world, slot)
    foreign = world.sign(REPORTERS[2], slot, [punk(60, 59, 55, age=60)], terms=dict(terms))
    assert foreign.words == c.words
    with reverts("BadSignature", signer=REPORTERS[2]):
        world.send(slot, [a, b, foreign])


def test_foreign__reports_of_a_second_feed__revert(driver):
    world, other = build_feed(driver), build_feed(driver)
    world.enlist()
    other.enlist()
    slot = world.next_slot()
    with reverts("BadSignature", signer=REPORTERS[0]):
        other.send(slot, honest(world, slot))


# ---------------------------------------------------------------- malleated


def test_malleate__high_s__reverts(world):
    slot = world.next_slot()
    a, b, c = honest(world, slot)
    with reverts("BadSignature", signer=REPORTERS[0]):
        world.send(slot, [replace(a, signature=malleate(a.signature)), b, c])


@pytest.mark.parametrize("shape", ["empty", "short", "long", "compact", "wrong v", "zero", "v 0 and 1"])
def test_malleate__other_shapes_of_a_signature__revert(world, shape):
    slot = world.next_slot()
    a, b, c = honest(world, slot)
    raw = a.signature
    r, s, v = raw[:32], raw[32:64], raw[64]
    compact = r + (int.from_bytes(s, "big") | (v - 27) << 255).to_bytes(32, "big")
    broken = {
        "empty": b"",
        "short": raw[:64],
        "long": raw + b"\0",
        "compact": compact,
        "wrong v": raw[:64] + bytes([v ^ 7]),
        "zero": bytes(65),
        "v 0 and 1": raw[:64] + bytes([v - 27]),
    }[shape]
    with reverts("BadSignature", signer=REPORTERS[0]):
        world.send(slot, [replace(a, signature=broken), b, c])


# ---------------------------------------------------------------- strangers and rotation


def test_stranger__his_report__is_told_and_does_not_count(world):
    slot = world.next_slot()
    a, b, _ = honest(world, slot)
    alien = world.sign(THIEF, slot, [punk(1)])
    carried = sorted([a, b, alien], key=lambda report: int(report.reporter, 16))
    with reverts("QuorumMissing", live=2, quorum=3):
        world.compare(slot, carried)
    carried = sorted([*honest(world, slot), alien], key=lambda report: int(report.reporter, 16))
    outcome = world.compare(slot, carried)
    assert outcome.ignored_reports == [THIEF.address]
    assert outcome.rounds[1].spot == 60 * ETH


def test_stranger__zero_address_with_an_unrecoverable_signature__reverts(world):
    slot = world.next_slot()
    a, b, c = honest(world, slot)
    with reverts("ReportersUnordered", previous=ZERO, next=ZERO):
        world.send(slot, [replace(a, reporter=ZERO, signature=bytes(65)), a, b, c])


def test_rotation__removed_between_signing_and_posting__his_signature_does_not_count(world):
    slot = world.next_slot()
    reports = honest(world, slot)
    world.feed.removeReporter(REPORTERS[1], sender=GOVERNOR)
    world.model.reporters.remove(REPORTERS[1].address)
    with reverts("QuorumMissing", live=2, quorum=3):
        world.compare(slot, reports)
    fourth = world.sign(REPORTERS[3], slot, [punk(61, 60, 56)])
    outcome = world.compare(slot, [*reports, fourth])
    assert outcome.ignored_reports == [REPORTERS[1].address]
    assert outcome.rounds[1].spot == 60 * ETH


def test_rotation__added_between_signing_and_posting__counts_at_once(world):
    newcomer = ACTORS.rival
    slot = world.next_slot()
    reports = [*honest(world, slot)[:2], world.sign(newcomer, slot, [punk(60, 59, 55, age=60)])]
    reports.sort(key=lambda report: int(report.reporter, 16))
    with reverts("QuorumMissing", live=2, quorum=3):
        world.compare(slot, reports)
    world.feed.addReporter(newcomer, sender=GOVERNOR)
    world.model.reporters.add(newcomer.address)
    assert world.compare(slot, reports).rounds[1].spot == 60 * ETH


def test_rotation__replaced_in_the_middle_of_a_quorum__next_counts_previous_not(world):
    newcomer, slot = ACTORS.rival, world.next_slot()
    both = [*honest(world, slot), world.sign(newcomer, slot, [punk(62, 61, 57, age=60)])]
    both.sort(key=lambda report: int(report.reporter, 16))
    world.feed.replaceReporter(REPORTERS[0], newcomer, sender=GOVERNOR)
    world.model.reporters ^= {REPORTERS[0].address, newcomer.address}
    outcome = world.compare(slot, both)
    assert outcome.ignored_reports == [REPORTERS[0].address]
    assert outcome.rounds[1].spot == 60 * ETH
    assert world.feed.reporterCount() == 5


# ---------------------------------------------------------------- contract accounts


@pytest.fixture
def wallet_world(driver):
    """One of five reporters is an ERC-1271 wallet owned by reporter 0's key."""
    wallet = driver.deploy("Erc1271Wallet", REPORTERS[0])
    world = build_feed(driver, reporters=[wallet, *REPORTERS[1:]])
    world.enlist()
    return world, wallet


def wallet_reports(world, wallet, slot):
    own = replace(world.sign(REPORTERS[0], slot, [punk(60)]), reporter=wallet.address)
    others = world.reports(slot, [[punk(60)]] * 2, REPORTERS[1:])
    return sorted([own, *others], key=lambda report: int(report.reporter, 16))


def test_wallet__signature_of_its_owner__counts(wallet_world):
    world, wallet = wallet_world
    slot = world.next_slot()
    assert world.compare(slot, wallet_reports(world, wallet, slot)).rounds[1].spot == 60 * ETH


def test_wallet__not_accepting_or_owned_by_another__reverts(wallet_world):
    world, wallet = wallet_world
    slot = world.next_slot()
    wallet.setAccepting(False, sender=KEEPER)
    with reverts("BadSignature", signer=wallet):
        world.send(slot, wallet_reports(world, wallet, slot))
    wallet.setAccepting(True, sender=KEEPER)
    forged = world.sign(THIEF, slot, [punk(60)]).signature
    reports = wallet_reports(world, wallet, slot)
    with reverts("BadSignature", signer=wallet):
        world.send(
            slot, [replace(r, signature=forged) if r.reporter == wallet.address else r for r in reports]
        )


def test_wallet__key_of_the_owner_alone__is_no_reporter(wallet_world):
    world, _ = wallet_world
    slot = world.next_slot()
    own = world.sign(REPORTERS[0], slot, [punk(60)])
    others = world.reports(slot, [[punk(60)]] * 2, REPORTERS[1:])
    with reverts("QuorumMissing", live=2, quorum=3):
        world.compare(slot, sorted([own, *others], key=lambda report: int(report.reporter, 16)))


def test_wallet__garbage_answer_from_a_non_wallet_contract__reverts(driver):
    asset = driver.deploy("MockAsset", 6)
    world = build_feed(driver, reporters=[asset, *REPORTERS[1:]])
    world.enlist()
    slot = world.next_slot()
    with reverts("BadSignature", signer=asset):
        world.send(slot, wallet_reports(world, asset, slot))


# ---------------------------------------------------------------- wire


def test_digest__is_what_typed_data_signers_sign(world):
    from eth_account import Account as Signer
    from eth_account.messages import encode_typed_data

    from vitrine.models.reports import item_words, report_typed_data

    slot = world.next_slot()
    words = item_words([punk(60, 59, 55, age=60, confidence_bps=7_777)])
    message = report_typed_data(31_337, world.feed.address, slot, words)
    signed = Signer.from_key(REPORTERS[0].key).sign_typed_data(full_message=message)
    assert bytes(signed.message_hash) == world.feed.digestOf(slot, words)
    reports = honest(world, slot)
    own = replace(reports[0], words=tuple(words), signature=bytes(signed.signature))
    world.compare(slot, [own, *reports[1:]])
    assert world.feed.latest(1).spot == wei(60 * ETH)
    assert encode_typed_data(full_message=message)


def test_reporters__sorted_as_the_contract_wants(world):
    assert list(REPORTERS) == sorted(REPORTERS, key=by_address)
