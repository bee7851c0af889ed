"""The compiler shim answers like the native compiler."""

import json
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
SHIM = ROOT / "tools" / "solc"
HEAD = "// SPDX-License-Identifier: MIT\npragma solidity 0.8.37;\n"


def solc(*arguments: str, text: str = "", cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(SHIM), *arguments], input=text, capture_output=True, text=True, cwd=cwd, check=False
    )


def request(source: str, *outputs: str) -> str:
    selection = {"*": {"*": list(outputs) or ["abi"], "": ["ast"]}}
    return json.dumps(
        {
            "language": "Solidity",
            "sources": {"A.sol": {"content": HEAD + source}},
            "settings": {"outputSelection": selection},
        }
    )


def test_version__asked__reads_like_the_native_one():
    answer = solc("--version")
    assert answer.returncode == 0
    assert "Version: 0.8.37+commit." in answer.stdout


def test_standard_json__import_below_base_path__resolved(tmp_path):
    (tmp_path / "with space").mkdir()
    (tmp_path / "with space" / "B.sol").write_text(HEAD + "contract B {}")
    answer = solc(
        "--standard-json", "--base-path", str(tmp_path / "with space"),
        text=request('import {B} from "B.sol"; contract A is B {}'),
    )  # fmt: skip
    assert set(json.loads(answer.stdout)["sources"]) == {"A.sol", "B.sol"}


def test_standard_json__missing_import__says_where_it_looked(tmp_path):
    answer = solc(
        "--standard-json", f"--base-path={tmp_path}", text=request('import {C} from "C.sol"; contract A {}')
    )
    [error] = json.loads(answer.stdout)["errors"]
    assert "C.sol" in error["formattedMessage"]
    assert str(tmp_path) in error["formattedMessage"]


def test_standard_json__answer_beyond_a_pipe_buffer__arrives_whole():
    functions = "".join(
        f"function f{i}(uint256 a) external pure returns (uint256) {{ return a + {i}; }}" for i in range(300)
    )
    answer = solc("--standard-json", text=request(f"contract A {{ {functions} }}"))
    assert len(answer.stdout) > 1 << 18
    assert len(json.loads(answer.stdout)["contracts"]["A.sol"]["A"]["abi"]) == 300


def test_standard_json__error_in_the_source__is_in_the_answer():
    answer = solc("--standard-json", text=request("contract A { uint x = true; }"))
    assert answer.returncode == 0
    assert json.loads(answer.stdout)["errors"][0]["type"] == "TypeError"


def test_options__unknown_one__refused():
    answer = solc("--optimize", "A.sol")
    assert answer.returncode == 1
    assert answer.stderr.startswith("solc: unrecognised option '--optimize'")
