"""Sets the stage: a node of its own, the deployment, wallets, pieces, appraisals, the first reserve."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

import yaml
from eth_account import Account

from vitrine.chain.client import Chain
from vitrine.chain.contract import Contract
from vitrine.chain.transaction import Outgoing
from vitrine.demo.cast import Cast, floor_value
from vitrine.demo.marketcast import TREASURY
from vitrine.demo.marketstage import approvals, find_markets, purses, royalties, with_order_book
from vitrine.demo.merkle import MerkleTree, leaf
from vitrine.demo.mirror import Mirror
from vitrine.demo.names import Names
from vitrine.demo.scenario import Scenario
from vitrine.demo.views import FLOOR_UNITS, Piece
from vitrine.demo.world import Contracts, World
from vitrine.deploy.deployers import ChainDeployer
from vitrine.deploy.execute import deploy
from vitrine.deploy.params import Params, parse_params
from vitrine.deploy.plan import Planner
from vitrine.node import MNEMONIC, Node
from vitrine.registry import Artifacts, Deployment, Records
from vitrine.units import MAX_UINT256

ROLES: Final = 10
"""Accounts of the node before the first party: deployer, roles, reporters."""
BLOCK_GAS: Final = 400_000_000
RESERVE_BPS: Final = 20
"""First reserve, of what suppliers bring."""
OWN_CASH_BPS: Final = 600
"""Of his pieces' value, what a borrower has besides the loan: interest must come from somewhere."""
APPRAISAL_LIFE: Final = 150 * 86_400
DECIMALS: Final = 6
"""Of the demo's asset."""
_SMALL: Final = {"min_debt": 400, "min_request": 2_000, "max_tip": 800}
"""Small amounts of the vault as parts of a piece at the start: a history may be cheap or dear."""
_MOST: Final = 1_000 * 10**DECIMALS


@dataclass(slots=True)
class Stage:
    """A deployment with everybody in place, before the first tick."""

    node: Node
    chain: Chain
    world: World
    deployment: Deployment
    params: Params
    reporters: list[Any]
    """Signing keys, by number of the reporter."""
    contracts: dict[str, Contract]
    """All contracts by the name the deployment gave them."""


def demo_params(scenario: Scenario, treasury: int = ROLES) -> Params:
    """Parameters of the demo, with the first prices of the scenario; fees go to account `treasury`."""
    data = yaml.safe_load(files("vitrine.demo").joinpath("data/demo.yml").read_text(encoding="utf-8"))
    usd = scenario.usd[0]
    data["eth_usd"]["mock_price"] = f"{usd // 10**8}.{usd % 10**8:08d}"
    piece = max(floor_value(scenario, key, 0, DECIMALS) for key in scenario.collections)
    for name, parts in _SMALL.items():
        units = min(max(piece // parts, 1), _MOST)
        data["vault"][name] = f"{units // 10**DECIMALS}.{units % 10**DECIMALS:06d}"
    listed = {item["name"]: item for item in data["collections"]}
    data["collections"] = []
    for key, script in scenario.collections.items():
        item = dict(listed[key], symbol=script.symbol)
        low, high = min(script.floors) // 8, max(script.floors) * 8
        item["first_price_eth"] = [f"{low / 1e18:.6f}", f"{high / 1e18:.6f}"]
        data["collections"].append(item)
    data["markets"]["fee_receiver"] = treasury
    return parse_params(data, "demo.yml")


def set_stage(
    scenario: Scenario,
    cast: Cast,
    units: Mapping[Piece, int],
    artifacts: Artifacts,
    records: Records,
    *,
    port: int = 0,
    progress: Callable[[str], None] = lambda _text: None,
) -> Stage:
    """Starts the node at the scenario's first second and deploys on it."""
    names = cast.names()
    node = Node.start(
        accounts=ROLES + len(names),
        timestamp=scenario.times[0] - 3_600,
        port=port,
        gas_limit=BLOCK_GAS,
    )
    try:
        return _set(node, scenario, cast, units, artifacts, records, progress)
    except BaseException:
        node.stop()
        raise


def _set(
    node: Node,
    scenario: Scenario,
    cast: Cast,
    units: Mapping[Piece, int],
    artifacts: Artifacts,
    records: Records,
    progress: Callable[[str], None],
) -> Stage:
    params = demo_params(scenario, ROLES + cast.names().index(TREASURY))
    chain = Chain(node.url, with_order_book(artifacts))
    accounts = chain.accounts()
    deployer = accounts[0]
    chain.second_per_block(1)
    plan = Planner(params, artifacts, accounts, deployer).plan()
    deployment = deploy(
        plan,
        params,
        ChainDeployer(chain, artifacts, deployer),
        records,
        progress=lambda step, _number, _total: progress(step),
    )
    contracts = {
        name: Contract(record.address, artifacts.interface(record.artifact))
        for name, record in deployment.contracts.items()
    }
    parties = dict(zip(cast.names(), accounts[ROLES:], strict=True))
    collections = {key: contracts[key].address for key in scenario.collections}
    wired = Contracts(
        vault=contracts["LendingVault"],
        desk=contracts["CreditDesk"],
        auction=contracts["LiquidationAuction"],
        lens=contracts["AccountLens"],
        asset=contracts["asset"],
        collections={key: contracts[key] for key in scenario.collections},
    )
    wired.markets = markets = find_markets(contracts, artifacts)
    names = Names(
        parties,
        collections,
        wired.asset.address,
        wired.vault.address,
        frozenset(item.address for item in (wired.vault, wired.desk, wired.auction)),
        markets.engine.address,
        markets.bids.address,
        TREASURY,
        tuple(cast.markets.creators.values()),
        {item.address: "pool" if kind == "taker" else kind for kind, item in markets.exits.items()},
    )
    world = World(chain, wired, Mirror(names), params.asset.decimals)
    progress("wallets and pieces")
    calls = _wallets(scenario, cast, wired, parties, params.asset.decimals) + _pieces(cast, wired, parties)
    calls += royalties(cast.markets, wired, parties, deployer) + purses(cast.markets, wired, parties)
    calls += approvals(cast.markets, wired, contracts["Operators"], parties)
    _send(world, calls)
    progress("appraisals and reserve")
    _appraise(world, contracts["Appraisals"], units, accounts[4], scenario.times[0])
    _first_reserve(world, cast, deployer)
    chain.second_per_block(None)
    Account.enable_unaudited_hdwallet_features()
    keys = [
        Account.from_mnemonic(MNEMONIC, account_path=f"m/44'/60'/0'/0/{index}")
        for index in params.feed.reporters
        if isinstance(index, int)
    ]
    return Stage(node, chain, world, deployment, params, keys, contracts)


def _send(world: World, calls: list[Outgoing]) -> None:
    """Preparation: everything must succeed; the mirror sees it."""
    for start in range(0, len(calls), 250):
        receipts = world.chain.send_block(calls[start : start + 250], gas=1_000_000)
        for receipt in receipts:
            world.mirror.apply(receipt.events)
        world.tx_sent += len(receipts)


def _wallets(
    scenario: Scenario, cast: Cast, wired: Contracts, parties: Mapping[str, str], decimals: int
) -> list[Outgoing]:
    """Own money, and the approvals each kind of party needs."""
    asset, calls = wired.asset, []
    for person in cast.suppliers:
        calls += [(asset.mint(parties[person.name], person.wallet), parties[person.name])]
        calls += [(asset.approve(wired.vault, MAX_UINT256), parties[person.name])]
    for borrower in cast.borrowers:
        home = parties[borrower.name]
        own = sum(floor_value(scenario, piece.key, 0, decimals) for piece in borrower.pieces)
        calls += [(asset.mint(home, own * OWN_CASH_BPS // 10_000), home)]
        calls += [(asset.approve(wired.vault, MAX_UINT256), home)]
    for taker in cast.takers:
        calls += [(asset.mint(parties[taker.name], taker.budget), parties[taker.name])]
        calls += [(asset.approve(wired.auction, MAX_UINT256), parties[taker.name])]
    return calls


def _pieces(cast: Cast, wired: Contracts, parties: Mapping[str, str]) -> list[Outgoing]:
    calls = []
    for borrower in cast.borrowers:
        home = parties[borrower.name]
        for piece in [*borrower.pieces, *borrower.spare]:
            calls.append((wired.collections[piece.key].mint(home, piece.token_id), home))
        for key in sorted({piece.key for piece in [*borrower.pieces, *borrower.spare]}):
            calls.append((wired.collections[key].setApprovalForAll(wired.desk, True), home))
    return calls


def _appraise(
    world: World, appraisals: Contract, units: Mapping[Piece, int], appraiser: str, start: int
) -> None:
    """One Merkle root per collection, one proof per piece that is worth more than a floor piece."""
    expires = start + APPRAISAL_LIFE
    for key, collection in world.contracts.collections.items():
        rare = sorted((p, u) for p, u in units.items() if p.key == key and u > FLOOR_UNITS)
        if not rare:
            continue
        tree = MerkleTree([leaf(collection.address, piece.token_id, u, expires) for piece, u in rare])
        _send(world, [(appraisals.setRoot(collection, tree.root), appraiser)])
        posts = [
            (appraisals.postProven(collection, piece.token_id, u, expires, tree.proof(index)), appraiser)
            for index, (piece, u) in enumerate(rare)
        ]
        _send(world, posts)


def _first_reserve(world: World, cast: Cast, payer: str) -> None:
    assets = sum(person.first for person in cast.suppliers) * RESERVE_BPS // 10_000
    wired = world.contracts
    calls = [
        (wired.asset.mint(payer, assets), payer),
        (wired.asset.approve(wired.vault, MAX_UINT256), payer),
        (wired.vault.fundReserve(assets), payer),
    ]
    _send(world, calls)
