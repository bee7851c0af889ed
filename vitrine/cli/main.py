"""The root group: finds commands without importing them, turns every error into a sentence."""

from __future__ import annotations

import importlib
import json
import signal
import sys
from collections.abc import Sequence
from typing import Any, Final

import click

from vitrine import __version__
from vitrine.errors import VitrineError

# Name, module, one line. The modules are imported when a command of theirs runs.
COMMANDS: Final[dict[str, tuple[str, str]]] = {
    "deploy": ("vitrine.cli.deploy", "Deploy everything, or resume a deployment."),
    "status": ("vitrine.cli.status", "Vault, collections, prices, auctions at a glance."),
    "oracle": ("vitrine.cli.oracle", "On-chain prices: quotes, rounds, reporters, depth."),
    "price": ("vitrine.cli.price", "Value a collection from sales, listings and bids."),
    "lend": ("vitrine.cli.lend", "Supply, withdraw, queue, claim."),
    "borrow": ("vitrine.cli.borrow", "Borrow against NFTs, pledged before or now."),
    "repay": ("vitrine.cli.repay", "Repay a loan, and take NFTs out."),
    "position": ("vitrine.cli.position", "Accounts: health, NFTs, notices."),
    "auction": ("vitrine.cli.auction", "Liquidation: flag, start, buy, redeem."),
    "pool": ("vitrine.cli.pool", "Pools of NFTs against the asset: make, fund, trade."),
    "market": ("vitrine.cli.market", "Buy and sell at the best of all markets; the order book."),
    "loan": ("vitrine.cli.loan", "Buy with a loan, sell to repay one."),
    "bid": ("vitrine.cli.bid", "Standing bids: capital that waits for liquidations."),
    "royalty": ("vitrine.cli.royalty", "Royalties: what a sale owes, and taking it out."),
    "keeper": ("vitrine.cli.keeper", "Run the bots that watch and post."),
    "index": ("vitrine.cli.index", "Events into a database, checked against the chain."),
    "demo": ("vitrine.cli.demo", "Play the crash of spring 2022 and audit it."),
    "devnet": ("vitrine.cli.devnet", "A local chain with everything on it, until Ctrl-C."),
}
_INTERRUPTED: Final = 130
_TERMINATED: Final = 143


class RootGroup(click.Group):
    """Lazy commands, errors as sentences."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(COMMANDS[cmd_name][0]).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])

    def main(  # type: ignore[override]
        self, args: Sequence[str] | None = None, standalone_mode: bool = True, **extra: Any
    ) -> Any:
        if not standalone_mode:
            return super().main(args, standalone_mode=False, **extra)
        words = list(sys.argv[1:] if args is None else args)
        signal.signal(signal.SIGTERM, _terminate)
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job starts without it
        try:
            left = super().main(words, standalone_mode=False, **extra)
        except VitrineError as error:
            _say(words, str(error), type(error).__name__, error.exit_code)
        except click.ClickException as error:
            _say(words, _sentence(error), "UsageError", error.exit_code)
        except (click.Abort, KeyboardInterrupt):
            _say(words, "Interrupted.", "Interrupted", _INTERRUPTED)
        except BrokenPipeError:
            sys.stderr.close()  # the reader has gone; nothing is left to be said
            sys.exit(0)
        except Exception as error:
            if "--debug" in words:
                raise
            reason = (str(error).splitlines() or ["no message"])[0]
            fact = f"Unexpected {type(error).__name__}: {reason}"
            _say(words, f"{fact}. Run it again with --debug and report what it prints.", "Unexpected", 70)
        sys.exit(left if isinstance(left, int) else 0)  # `ctx.exit(1)` comes back as a value


def _terminate(_signal: int, _frame: object) -> None:
    """SIGTERM unwinds like an exception, so that nodes are stopped and folders removed."""
    sys.exit(_TERMINATED)


def _sentence(error: click.ClickException) -> str:
    text = " ".join(error.format_message().split())  # click lists choices on lines of their own
    text = text if text.endswith((".", "?", "!")) else f"{text}."
    context = getattr(error, "ctx", None)
    return f"{text} See `{context.command_path} --help`." if context else text


def _say(words: Sequence[str], text: str, kind: str, code: int) -> None:
    if "--json" in words:
        click.echo(
            json.dumps({"error": {"kind": kind, "message": text, "exit_code": code}}, ensure_ascii=False)
        )
    else:
        click.echo(f"error: {text}", err=True)
    sys.exit(code)


@click.group(cls=RootGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="vitrine")
@click.option("--debug", is_flag=True, help="Show where an unexpected error came from.")
def cli(debug: bool) -> None:
    """Price, lend against, liquidate and explain NFTs.

    Commands talk to the node of --rpc, VITRINE_RPC_URL, or the devnet that runs in this tree.
    """
