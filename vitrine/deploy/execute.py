"""Sends a plan. Killed between any two lines, it goes on where it stopped; a finished record is refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from vitrine.chain.codec import checksum
from vitrine.deploy.deployers import Deployer, Sent, create_address
from vitrine.deploy.params import Params
from vitrine.deploy.steps import Check, Create, CreateGroup, Invoke, Known, Plan, Ref
from vitrine.deploy.verify import verify
from vitrine.errors import ChainError, StateError
from vitrine.registry import AssetRecord, CollectionRecord, ContractRecord, Deployment, PendingStep, Records

Progress = Callable[[str, int, int], None]


class Executor:
    """One run of a plan against one record."""

    def __init__(self, deployer: Deployer, records: Records, record: Deployment, progress: Progress) -> None:
        self._deployer = deployer
        self._records = records
        self._record = record
        self._progress = progress
        self._count = 0
        self._total = 0

    def run(self, plan: Plan) -> None:
        self._total = len(plan.describe())
        for step in plan.steps:
            if isinstance(step, CreateGroup):
                self._group(step)
            elif isinstance(step, Create):
                self._create(step)
            elif isinstance(step, Known):
                self._record.contracts[step.name] = ContractRecord(
                    artifact=step.artifact, address=checksum(step.address), tx_hash="", block=0
                )
            else:
                self._invoke(step)
        self._record.pending = None

    # --- steps

    def _create(self, step: Create) -> None:
        self._tell(step.id)
        if step.id in self._record.done:
            return
        pending = self._record.pending
        if pending and pending.step == step.id and self._deployer.nonce() > pending.nonce:
            address = create_address(self._deployer.address, pending.nonce)
            if self._deployer.code(address):  # it was mined, only the record missed it
                self._note(step, Sent("", 0, 0, address))
                return
        self._intend(step.id)
        self._note(step, self._deployer.create(step.artifact, self._resolve(step.args)))

    def _group(self, step: CreateGroup) -> None:
        record = self._record
        if all(member.id in record.done for member in step.members):
            for member in step.members:
                self._tell(member.id)
            return
        first = next(i for i, member in enumerate(step.members) if member.id not in record.done)
        nonce = self._deployer.nonce()
        expected = record.predicted.get(step.members[first].name)
        adopted = record.pending is not None and record.pending.step == step.members[first].id
        here = create_address(self._deployer.address, nonce)
        if adopted and expected and self._deployer.code(expected):
            self._note(step.members[first], Sent("", 0, 0, expected))
            self._group(step)
            return
        if expected != here:
            for member in step.members:
                record.done.pop(member.id, None)
                record.contracts.pop(member.name, None)
            record.predicted |= {
                member.name: create_address(self._deployer.address, nonce + i)
                for i, member in enumerate(step.members)
            }
            first = 0
        for i, member in enumerate(step.members):
            self._tell(member.id)
            if i < first:
                continue
            self._intend(member.id)
            sent = self._deployer.create(member.artifact, self._resolve(member.args))
            if sent.created != record.predicted[member.name]:
                fact = (
                    f"{member.name} landed at {sent.created}, {record.predicted[member.name]} was predicted"
                )
                raise ChainError(fact, "Send nothing else from the deployer meanwhile, and run it again")
            self._note(member, sent)

    def _invoke(self, step: Invoke) -> None:
        self._tell(step.id)
        record = self._record
        if step.id in record.done:
            return
        pending = record.pending
        interrupted = (
            pending is not None and pending.step == step.id and self._deployer.nonce() > pending.nonce
        )
        if interrupted and step.done is not None and self._is_done(step, step.done):
            record.done[step.id] = ""
            self._records.save(record)
            return
        self._intend(step.id)
        contract = record.contracts[step.target]
        sent = self._deployer.invoke(
            contract.artifact, contract.address, step.function, self._resolve(step.args)
        )
        record.done[step.id] = sent.tx_hash
        self._records.save(record)

    # --- parts

    def _is_done(self, step: Invoke, check: Check) -> bool:
        contract = self._record.contracts[step.target]
        answer = self._deployer.read(
            contract.artifact, contract.address, check.function, self._resolve(check.args)
        )
        found = answer if check.part is None else answer[check.part]
        expected = self._resolve([check.expected])[0]
        return bool(found == expected)

    def _intend(self, step_id: str) -> None:
        self._record.pending = PendingStep(step=step_id, nonce=self._deployer.nonce())
        self._records.save(self._record)

    def _note(self, step: Create, sent: Sent) -> None:
        if sent.created is None:
            raise ChainError(f"{step.name} has no address after its creation", "Look at the transaction")
        self._record.contracts[step.name] = ContractRecord(
            artifact=step.artifact, address=sent.created, tx_hash=sent.tx_hash, block=sent.block
        )
        self._record.done[step.id] = sent.tx_hash
        if sent.block and not self._record.block:
            self._record.block = sent.block
        self._records.save(self._record)

    def _resolve(self, values: Sequence[Any]) -> list[Any]:
        return [self._value(value) for value in values]

    def _value(self, value: Any) -> Any:
        if isinstance(value, Ref):
            known = self._record.contracts.get(value.name)
            return known.address if known else self._record.predicted[value.name]
        if isinstance(value, list | tuple):
            return type(value)(self._value(item) for item in value)
        return value

    def _tell(self, step_id: str) -> None:
        self._count += 1
        self._progress(step_id, self._count, self._total)


def deploy(
    plan: Plan,
    params: Params,
    deployer: Deployer,
    records: Records,
    *,
    progress: Progress = lambda _step, _number, _total: None,
) -> Deployment:
    """Executes `plan`, or the rest of it, and returns the finished record."""
    if deployer.chain_id not in params.chain_ids:
        fact = f"The node is on chain {deployer.chain_id}, the parameters {params.network!r} are for "
        raise ChainError(
            fact + ", ".join(map(str, params.chain_ids)), "Give other parameters, or another --rpc"
        )
    record = records.find(deployer.chain_id, deployer.genesis, deployer.code)
    if record is None:
        record = Deployment(
            network=params.network,
            chain_id=deployer.chain_id,
            genesis=deployer.genesis,
            deployer=deployer.address,
            params_digest=params.digest,
        )
    elif record.complete:
        path = records.path(record.chain_id, record.genesis)
        fact = f"Vitrine is deployed on chain {record.chain_id} already ({path})"
        raise StateError(fact, "Use it, or move the record away to deploy a second one")
    elif record.params_digest != params.digest:
        fact = "The half-way deployment was started with other parameters"
        raise StateError(fact, "Give the same ones, or move its record away to start anew")
    elif record.deployer != deployer.address:
        fact = f"The half-way deployment was started by {record.deployer}"
        raise StateError(fact, "Resume it with --sender and that account")
    Executor(deployer, records, record, progress).run(plan)

    def address(value: str | Ref) -> str:
        return record.contracts[value.name].address if isinstance(value, Ref) else value

    token, symbol, decimals = plan.asset
    record.asset = AssetRecord(address=address(token), symbol=symbol, decimals=decimals)
    record.collections = [
        CollectionRecord(name=name, address=address(where), feed_id=i + 1)
        for i, (name, where) in enumerate(plan.collections)
    ]
    verify(record, deployer)
    record.complete = True
    records.save(record)
    return record
