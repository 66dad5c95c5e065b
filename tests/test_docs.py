"""Docs that cannot rot: their examples run, their links lead somewhere, and nothing public is missing from them."""

from __future__ import annotations

import inspect
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from doc_blocks import blocks_of, commands_of, environment, run_page

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted(
    path
    for pattern in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/**/*.md", "examples/**/*.md")
    for path in ROOT.glob(pattern)
)
RUNNER = Path(__file__).with_name("doc_blocks.py")
PAGE_SECONDS = 400


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def runnable(path: Path) -> bool:
    return any(block.language in ("python", "console", "yaml", "yml") for block in blocks_of(path.read_text()))


def text_of_docs() -> str:
    return "\n".join(path.read_text() for path in PAGES if path.name != "CHANGELOG.md")


def exported() -> list[str]:
    import gigawatt

    return list(getattr(gigawatt, "__all__", ()))


@pytest.mark.parametrize("page", [path for path in PAGES if runnable(path)], ids=named)
def test_examples_run_as_written_in(page: Path, tmp_path: Path) -> None:
    if (ROOT / "examples").is_dir():
        shutil.copytree(ROOT / "examples", tmp_path / "examples")
    command = [sys.executable, str(RUNNER), named(page), str(page)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=PAGE_SECONDS, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["ran"] >= 0


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_commands_stand_where_they_are_run_in(page: Path) -> None:
    """An indented command is never tried; one with a word in capitals (FILE, DIR) is a pattern, not a command."""
    idle = re.findall(r"^ {4,}(?:\$ )?(gigawatt (?!.*\b[A-Z]{3,}\b).*)$", page.read_text(), re.MULTILINE)
    assert not idle, f"put these into a ```console block, each after `$ `: {idle}"


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_relative_links_lead_somewhere_in(page: Path) -> None:
    prose = re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    targets = re.findall(r"\]\(([^)\s]+)\)", prose)
    local = [target.split("#")[0] for target in targets if not re.match(r"[a-z]+:|#", target)]
    assert [target for target in local if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", sorted((ROOT / "docs").glob("*.md")), ids=named)
def test_some_other_page_links_to(page: Path) -> None:
    others = [path for path in PAGES if path != page and f"{page.name})" in path.read_text().replace("#", ")")]
    assert others, f"nobody finds {named(page)}: link to it from README.md or from another page"


@pytest.mark.parametrize("name", exported())
def test_a_public_name_is_explained(name: str) -> None:
    import gigawatt

    thing = getattr(gigawatt, name)
    if callable(thing) or inspect.ismodule(thing):
        assert (thing.__doc__ or "").strip(), f"gigawatt.{name} has no docstring"
    mentioned = re.search(rf"\b{re.escape(name)}\b", text_of_docs()) is not None
    assert mentioned, f"gigawatt.{name} is in no page of the docs"


def test_every_command_is_in_the_docs() -> None:
    program = Path(sys.executable).with_name("gigawatt")
    done = subprocess.run([program, "--help"], env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    commands = command_names(done.stdout)
    assert "plan" in commands
    docs = text_of_docs()
    assert [name for name in commands if not re.search(rf"\b(?:gigawatt|gw) {name}\b", docs)] == []


def command_names(help_text: str) -> list[str]:
    """The commands that `--help` lists: the first word of each line under `Commands`."""
    listed = re.split(r"^.*\bCommands\b.*$", help_text, flags=re.MULTILINE)[-1]
    return re.findall(r"^[^\w\n-]*([a-z][a-z-]*) {2,}", listed, flags=re.MULTILINE)


PAGE = """\
# A page

```python
total = 1
```

Then, indented in a list:

  ```python no-run
  raise SystemExit(3)
  ```

```python
assert total == {total}
```

```console
$ make demo
anything
$ gigawatt check \\
    a.yaml
fine
$ gw plan
```
"""


def test_blocks_of_a_page_share_their_names_and_unrun_ones_are_left_alone() -> None:
    page = PAGE.split("```console")[0]
    assert run_page("page.md", page.format(total=1)) == 2
    with pytest.raises(AssertionError):
        run_page("page.md", page.format(total=2))


def test_only_our_own_commands_of_a_console_block_are_run() -> None:
    console = blocks_of(PAGE)[-1]
    assert [(each.line, each.text, each.shown) for each in commands_of(console)] == [
        (20, "gigawatt check a.yaml", "fine"),
        (23, "gw plan", ""),
    ]


@pytest.mark.parametrize(
    ("words", "text", "complaint"),
    [
        (("console",), "$ gigawatt no-such-command", "exits"),
        (("console", "exit=2"), "$ gigawatt --version", "not 2"),
        (("console", "exact"), "$ gigawatt --version\nsomething else", "the page shows"),
        (("yaml", "programme"), "program: misspelt", "exits"),
    ],
)
def test_a_page_that_tells_an_untruth_fails(
    words: tuple[str, ...], text: str, complaint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(AssertionError, match=complaint):
        run_page("page.md", f"```{' '.join(words)}\n{text}\n```\n")
