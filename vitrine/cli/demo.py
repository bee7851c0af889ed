"""`vitrine demo`"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vitrine.cli.output import emit, table

if TYPE_CHECKING:
    from datetime import datetime

    from vitrine.demo.audit import AuditReport
    from vitrine.demo.play import Listener
    from vitrine.demo.scenario import Scenario

_SHOWN = 20
FILE = click.Path(path_type=Path, dir_okay=False)
DAY = click.DateTime(["%Y-%m-%d"])


@click.command("demo", short_help="Play the crash of spring 2022 and audit it.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Changes the numbers.")
@click.option("--sales", type=FILE, help="Play this history instead: time, token_id, price_eth …")
@click.option("--orders", type=FILE, help="Its asks and bids: date, token_id, k, type, eth. With --sales.")
@click.option("--eth-usd", type=FILE, help="Its dollar prices: date, eth_usd; $2,000 by default.")
@click.option("--from", "first", type=DAY, help="First day of the history to play.")
@click.option("--to", "last", type=DAY, help="Last day; 77 days up to the newest by default.")
@click.option("--check", is_flag=True, help="Audit the run that was kept, by another path; play nothing.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Folder; out/demo by default.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@click.pass_context
def command(
    ctx: click.Context,
    seed: int,
    sales: Path | None,
    orders: Path | None,
    eth_usd: Path | None,
    first: datetime | None,
    last: datetime | None,
    check: bool,
    out: Path | None,
    as_json: bool,
) -> None:
    """Start an own chain, deploy everything, and play April to July 2022 on CryptoPunks, or another history.

    Leaves summary.json and report.html; exit code 1 when a promise of the run is broken or the audit differs.
    """
    from vitrine.demo.archive import Archive
    from vitrine.settings import settings

    archive = Archive(out or settings().out / "demo")
    if check:
        _check(ctx, archive, as_json)
        return
    from vitrine.demo.play import Production
    from vitrine.deploy.run import Unkept
    from vitrine.registry import artifacts

    scenario = _scenario(seed, sales, orders, eth_usd, first, last)
    with ExitStack() as stack:
        listener = play_progress(stack, quiet=as_json)
        records = Unkept(settings().deployments(31337))
        production = Production(scenario, artifacts(), records, listener)
        stage = production.stage()
        stack.callback(stage.node.stop)
        played = production.publish(production.play(stage), archive)
    summary = played.summary
    emit(as_json, summary, lambda: _tell(summary, archive.folder))
    broken = [promise for promise, kept in summary["checks"].items() if not kept]
    if broken and as_json:
        ctx.exit(1)
    if broken:
        from vitrine.errors import CheckError

        raise CheckError(f"Broken promises of the run: {'; '.join(broken)}", "See the report for the numbers")


def _scenario(
    seed: int,
    sales: Path | None,
    orders: Path | None,
    eth_usd: Path | None,
    first: datetime | None,
    last: datetime | None,
) -> Scenario:
    from vitrine.demo.replay import Source, replay_scenario
    from vitrine.demo.scenario import crash_scenario

    if sales is None:
        if orders or eth_usd or first or last:
            raise click.UsageError(
                "--orders, --eth-usd, --from and --to belong to a history: give --sales, too"
            )
        return crash_scenario(seed)
    days = [None if at is None else at.date() for at in (first, last)]
    return replay_scenario(Source(sales, orders, eth_usd, *days), seed)


def _check(ctx: click.Context, archive: Any, as_json: bool) -> None:
    from vitrine.demo.play import check_archive
    from vitrine.errors import CheckError
    from vitrine.registry import artifacts

    found: AuditReport = check_archive(archive, artifacts())
    payload = {
        "blocks": found.blocks,
        "events": found.events,
        "compared": found.compared,
        "items": found.items,
        "differences": list(found.differences),
    }

    def text() -> None:
        table("Audit", ["what", "compared"], found.compared.items(), right=(1,))
        for difference in found.differences[:_SHOWN]:
            click.echo(difference)
        click.echo(f"{found.events} events of {found.blocks} blocks, {len(found.differences)} differences")

    emit(as_json, payload, text)
    if found.differences and as_json:
        ctx.exit(1)
    if found.differences:
        fact = f"The audit found {len(found.differences)} differences in {found.items} facts"
        raise CheckError(fact, "Play the demo again; if it stays, it is a bug")


def play_progress(stack: ExitStack, *, quiet: bool) -> Listener:
    """A bar on a terminal, nothing elsewhere."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[story]}"))
    bar = stack.enter_context(
        Progress(*columns, TimeElapsedColumn(), console=console, disable=quiet or not console.is_terminal)
    )
    task = bar.add_task("start", total=None, story="")

    def listen(part: str, done: int, of: int, record: Any) -> None:
        story = ""
        if record is not None:
            counts = record.counts
            story = f"{counts['warned']} warned, {counts['auctions']} auctions"
        bar.update(task, description=part, completed=done, total=of or None, story=story)

    return listen


def _tell(summary: dict[str, Any], folder: Path) -> None:
    """The story of a run."""
    from rich.console import Console

    from vitrine.demo.story import tell

    tell(Console(), summary, str(folder / "report.html"))
