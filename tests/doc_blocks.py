"""Fenced blocks of the docs, and running them in order in a copy of the examples.

A block's first word says its language, further words how to treat it:

    ```python              run; all blocks of a page share one namespace
    ```python no-run       compiled only
    ```console             every `$ gigawatt ...` or `$ gw ...` line is run and must exit 0
    ```console exit=2      ... must exit 2 (`exit=0,4`: either; 4 is a plan whose gap is stated, not closed)
    ```console exact       ... and must print exactly the lines that follow it
    ```yaml                read as YAML
    ```yaml programme      a whole programme, which `gigawatt check` must accept
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

FENCE = re.compile(r"^(?P<indent> *)(?P<ticks>`{3,})(?P<info>[^`]*)$")


@dataclass(frozen=True)
class Block:
    """A fenced block: its first inner `line` (1-based), the words behind the fence, and its text without indent."""

    line: int
    words: tuple[str, ...]
    text: str

    @property
    def language(self) -> str:
        """The first word behind the fence, empty where there is none."""
        return self.words[0] if self.words else ""

    @property
    def options(self) -> dict[str, str]:
        """The further words; `exit=2` is {"exit": "2"}, a bare word stands for itself."""
        return {word.partition("=")[0]: word.partition("=")[2] for word in self.words[1:]}


@dataclass(frozen=True)
class Command:
    """A `$` line of a console block (continued lines joined), and the output shown under it."""

    line: int
    text: str
    shown: str


def blocks_of(markdown: str) -> list[Block]:
    """The fenced blocks of a page in order; a fence that is never closed is an error."""
    blocks: list[Block] = []
    opened: re.Match[str] | None = None
    first, inside = 0, []
    for number, line in enumerate(markdown.splitlines(), start=1):
        fence = FENCE.match(line)
        if opened is None and fence:
            opened, first, inside = fence, number + 1, []
        elif opened and fence and not fence["info"].strip() and len(fence["ticks"]) >= len(opened["ticks"]):
            indent = len(opened["indent"])
            text = "\n".join(each[indent:] if each[:indent].isspace() else each for each in inside)
            blocks.append(Block(first, tuple(opened["info"].split()), text))
            opened = None
        elif opened:
            inside.append(line)
    if opened is not None:
        raise ValueError(f"the fence before line {first} is never closed")
    return blocks


def commands_of(block: Block) -> list[Command]:
    """The commands of a console block that run this program; others (make, pip) are for the reader."""
    commands: list[Command] = []
    lines = block.text.splitlines()
    index = 0
    while index < len(lines):
        start = index
        index += 1
        if not lines[start].startswith("$ "):
            continue
        text = lines[start][2:]
        while text.endswith("\\") and index < len(lines):
            text = text[:-1] + lines[index].strip()
            index += 1
        end = index
        while end < len(lines) and not lines[end].startswith("$ "):
            end += 1
        if text.split()[0] in ("gigawatt", "gw"):
            commands.append(Command(block.line + start, text, "\n".join(lines[index:end]).strip()))
        index = end
    return commands


def environment() -> dict[str, str]:
    """What commands run in: this interpreter's own programs first, and nothing that a terminal adds."""
    own = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    return os.environ | own | {"COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb"}


def run_command(command: Command, options: dict[str, str], page: str) -> None:
    """Run one command by the shell, in the folder of the caller; raise where it does not do what the page says."""
    wanted = [int(code) for code in options.get("exit", "0").split(",")]
    script = ["bash", "-o", "pipefail", "-c", command.text]
    done = subprocess.run(script, env=environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True)
    where = f"{page}:{command.line}: $ {command.text}"
    if done.returncode not in wanted:
        raise AssertionError(
            f"{where}\nexits {done.returncode}, not {options.get('exit', '0')}\n{done.stdout}{done.stderr}"
        )
    if "Traceback (most recent call last)" in done.stderr:
        raise AssertionError(f"{where}\nends in a traceback\n{done.stderr}")
    if "exact" in options and _lines(done.stdout) != _lines(command.shown):
        raise AssertionError(f"{where}\nprints\n{done.stdout}\nand the page shows\n{command.shown}")


def run_page(page: str, markdown: str) -> int:
    """Run every block of a page in order, in the current folder, and return how many things were run.

    A plan that the page has asked for already, word for word, is not made again.
    """
    count = 0
    planned: set[str] = set()
    names: dict[str, object] = {"__name__": "__main__"}
    for block in blocks_of(markdown):
        if block.language == "python":
            code = compile("\n" * (block.line - 1) + block.text, page, "exec")
            if "no-run" not in block.options:
                exec(code, names)
                count += 1
        elif block.language == "console":
            for command in commands_of(block):
                if command.text not in planned or "exact" in block.options:
                    run_command(command, block.options, page)
                    count += 1
                if " plan " in command.text:
                    planned.add(command.text)
        elif block.language in ("yaml", "yml"):
            count += _read_yaml(block, page)
    return count


def _read_yaml(block: Block, page: str) -> int:
    import yaml

    yaml.safe_load(block.text)
    if "programme" in block.options:
        path = Path(f"programme-at-{block.line}.yaml")
        path.write_text(block.text + "\n")
        run_command(Command(block.line, f"gigawatt check {path}", ""), {}, page)
    return 1


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip().splitlines()]


if __name__ == "__main__":
    print(json.dumps({"ran": run_page(sys.argv[1], Path(sys.argv[2]).read_text())}))
