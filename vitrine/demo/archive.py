"""What a run leaves in `out/demo`: the summary, the report, and the node's state for a later audit."""

from __future__ import annotations

import gzip
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vitrine.chain.client import Chain
from vitrine.errors import DataError, StateError
from vitrine.registry import Deployment

SUMMARY = "summary.json"
REPORT = "report.html"
WORLD = "world.json"
NODE = "node.json.gz"


@dataclass(frozen=True, slots=True)
class Archive:
    """The folder of one run. Files are replaced whole."""

    folder: Path

    def write(self, name: str, content: bytes) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=self.folder, prefix=".new-")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        target = self.folder / name
        Path(temporary).chmod(0o644)
        Path(temporary).replace(target)
        return target

    def write_json(self, name: str, value: Mapping[str, Any]) -> Path:
        return self.write(name, (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode())

    def read_json(self, name: str) -> dict[str, Any]:
        path = self.folder / name
        try:
            found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        except OSError:
            raise StateError(
                f"No run was kept in {self.folder}", "Play one first with `vitrine demo`"
            ) from None
        except ValueError:
            raise DataError(f"{path} is not JSON", "Play the demo again") from None
        return found

    # ------------------------------------------------------------------- node

    def keep_node(self, chain: Chain) -> None:
        """The node's state with all its blocks, as it is."""
        dump = bytes.fromhex(str(chain.rpc.call("anvil_dumpState"))[2:])
        self.write(NODE, dump if dump[:2] == b"\x1f\x8b" else gzip.compress(dump, 3))

    def load_node(self, chain: Chain) -> None:
        """Puts the kept state into a fresh node."""
        path = self.folder / NODE
        if not path.is_file():
            raise StateError(f"No node state was kept in {self.folder}", "Play one first with `vitrine demo`")
        chain.rpc.call("anvil_loadState", "0x" + path.read_bytes().hex())

    # ------------------------------------------------------------------ world

    def keep_world(
        self, deployment: Deployment, parties: Mapping[str, str], start_block: int, units: Mapping[Any, int]
    ) -> None:
        """Who is who: what the audit cannot read from the chain."""
        by_token: dict[str, dict[str, int]] = {}
        for piece, count in units.items():
            by_token.setdefault(piece.key, {})[str(piece.token_id)] = count
        self.write_json(
            WORLD,
            {
                "deployment": deployment.model_dump(mode="json"),
                "parties": dict(parties),
                "start_block": start_block,
                "units": by_token,
            },
        )

    def world(self) -> tuple[Deployment, dict[str, Any]]:
        """The deployment and the names."""
        found = self.read_json(WORLD)
        return Deployment.model_validate(found["deployment"]), found
