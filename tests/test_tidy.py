"""Style as a test: what a reader of this repository may rely on, checked over every file that git knows or would know.

Each rule returns the faults it finds, as `file:line: what is wrong; how to mend it`, so that one run tells them all.
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "gigawatt"
FILE_LINES = 500
FUNCTION_LINES = 70
DRAWERS = frozenset(
    {"utils", "util", "common", "helpers", "helper", "base", "misc", "core", "shared", "lib", "tools", "stuff"}
)
# Modules that something outside the package starts.
ENTRY_POINTS = frozenset({"gigawatt", "gigawatt.cli", "gigawatt.__main__", "gigawatt.sim.agree"})

# The repository speaks of the product alone. Written in pieces, so that this file does not hold what it looks for.
UNWANTED = {
    "a number in a tracker": r"\b(?:iss" + r"ue|PR|pull request)\s*#?\d+\b|\b(?:closes|fixes|resolves) #\d+",
    "a machine's own path": r"/(?:wo" + r"rk|fa" + r"rm|ro" + r"ot|ho" + r"me)/",
    "a package host": r"\b(?:py" + r"pi|python" + r"hosted|npm" + r"js|debian)\.(?:org|com)\b",
    "a workplace's tool": r"\bfarm-\w+|\bsub" + r"agent|\bbefore-" + r"stop\b|\.lib" + r"rary\b",
    "talk of how it was written": r"\bse" + r"ssions?\b(?!\")",
    "a job put off": r"\bFIX" + r"ME\b|\bTO" + r"DO\b",
    "a merge that was not finished": r"^(?:<<<<" + r"<<<|>>>>" + r">>>) ",
}


@cache
def tracked() -> tuple[Path, ...]:
    """Every file that is tracked, or would be if it were added; all files where git is not at hand."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listing = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        skipped = {".git", ".venv", "out", "__pycache__"}
        found = [Path(folder) / name for folder, _, names in os.walk(ROOT) for name in names]
        return tuple(sorted(path for path in found if not skipped & set(path.relative_to(ROOT).parts)))
    paths = (ROOT / name for name in listing.decode().split("\0") if name)
    return tuple(sorted(path for path in paths if path.is_file()))


@cache
def text_of(path: Path) -> str | None:
    """The text of a file, None where it is not text."""
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return None


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(text_of(path) or "", str(path))


def python_files(*folders: str) -> list[Path]:
    """Tracked Python files under some folders of the repository."""
    return [path for path in tracked() if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in folders]


def package_files() -> list[Path]:
    return [path for path in python_files("src") if path.is_relative_to(PACKAGE)]


def at(path: Path, line: int = 1) -> str:
    return f"{path.relative_to(ROOT)}:{line}"


def module_name(path: Path) -> str:
    """`gigawatt.model.draft` for src/gigawatt/model/draft.py."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported_names(tree: ast.Module, module: str, is_package: bool) -> Iterator[tuple[str, int]]:
    """Dotted names that a module imports, anywhere in it, with their lines; relative ones made absolute."""
    home = module if is_package else module.rpartition(".")[0]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = home.rsplit(".", node.level - 1)[0] if node.level else ""
            source = ".".join(part for part in (start, node.module) if part)
            yield source, node.lineno
            yield from ((f"{source}.{alias.name}", node.lineno) for alias in node.names)


def imports_of(path: Path) -> list[tuple[str, int]]:
    return list(imported_names(tree_of(path), module_name(path), path.name == "__init__.py"))


def files_too_long() -> Iterator[str]:
    for path in python_files("src", "tests", "bench", "fits"):
        lines = len((text_of(path) or "").splitlines())
        if lines > FILE_LINES:
            yield f"{at(path)}: {lines} lines, above {FILE_LINES}; split it where its subject does"


def functions_too_long() -> Iterator[str]:
    for path in python_files("src", "tests", "bench", "fits"):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > FUNCTION_LINES:
                    yield f"{at(path, node.lineno)}: {node.name} has {lines} lines, above {FUNCTION_LINES}; split it"


def drawers() -> Iterator[str]:
    for path in python_files("src", "tests", "bench", "fits"):
        for name in (*path.relative_to(ROOT).parent.parts, path.stem):
            if name.strip("_") in DRAWERS:
                yield f"{at(path)}: `{name}` says where things were put, not what they are; name it after its subject"


def folders_too_deep() -> Iterator[str]:
    for path in tracked():
        if path.is_relative_to(PACKAGE) and len(path.relative_to(PACKAGE).parts) > 2:
            yield f"{at(path)}: two folders deep; the package has one level of rooms"


def modules_without_docstring() -> Iterator[str]:
    for path in python_files("src", "tests", "bench", "fits"):
        if not ast.get_docstring(tree_of(path)):
            yield f"{at(path)}: no docstring; say in one sentence what the module is for"


def public_things_without_docstring() -> Iterator[str]:
    for path in package_files():
        for node in tree_of(path).body:
            is_thing = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            if is_thing and not node.name.startswith("_") and not ast.get_docstring(node):
                yield f"{at(path, node.lineno)}: {node.name} is public and has no docstring"


def printing() -> Iterator[str]:
    for path in package_files():
        if path.relative_to(PACKAGE).parts[0].removesuffix(".py") in ("cli", "report"):
            continue
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
                yield f"{at(path, node.lineno)}: print(); only cli and report speak to a person, others return"


def strangers() -> Iterator[str]:
    """Libraries outside the one place that may know them."""
    homes = {"highspy": ("planner/highs.py",), "altair": ("report",), "vl_convert": ("report",)}
    homes |= {"typer": ("cli", "commands"), "yaml": ("file",)}
    for path in package_files():
        place = path.relative_to(PACKAGE).as_posix()
        for name, line in imports_of(path):
            allowed = homes.get(name.split(".")[0])
            if allowed is not None and not place.startswith(allowed):
                yield f"{at(path, line)}: imports {name}; only {' and '.join(allowed)} may"


def unwanted_words() -> Iterator[str]:
    for path in tracked():
        text = text_of(path)
        if text is None:
            continue
        for what, pattern in UNWANTED.items():
            for match in re.finditer(pattern, text, re.IGNORECASE | re.MULTILINE):
                line = text.count("\n", 0, match.start()) + 1
                yield f"{at(path, line)}: {what}, {match.group()!r}; the repository speaks of the product alone"


def untidy_text() -> Iterator[str]:
    """Endings that make noise in a difference. Golden files are what a solver writes, and are left alone."""
    for path in tracked():
        text = text_of(path)
        golden = "golden" in path.relative_to(ROOT).parts
        if not text or golden or path.suffix in (".csv", ".html", ".svg"):
            continue
        if "\r" in text:
            yield f"{at(path)}: carriage returns; end lines with a newline alone"
        if not text.endswith("\n") or text.endswith("\n\n"):
            yield f"{at(path)}: must end in exactly one newline"
        if path.name == "LICENSE":
            continue
        for number, line in enumerate(text.split("\n"), start=1):
            if line != line.rstrip():
                yield f"{at(path, number)}: blanks at the end of the line"


def dead_files() -> Iterator[str]:
    """Modules that no entry point reaches, through imports or through a dotted name that is loaded later."""
    files = {module_name(path): path for path in package_files()}
    reached: set[str] = set()
    queue = [name for name in ENTRY_POINTS if name in files]
    while queue:
        name = queue.pop()
        if name in reached:
            continue
        reached.add(name)
        path = files[name]
        wanted = {imported for imported, _ in imports_of(path)} | lazily_named(path)
        prefixes = {prefix for target in wanted for prefix in parents(target)}
        queue.extend(prefixes & files.keys() - reached)
    for name in sorted(files.keys() - reached):
        yield f"{at(files[name])}: nothing that starts from {' or '.join(sorted(ENTRY_POINTS))} reaches it; delete it"


def parents(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[: i + 1]) for i in range(len(parts))]


def lazily_named(path: Path) -> set[str]:
    """Dotted names in text: what a lazy `__getattr__` or a lazy command loads when it is asked for."""
    texts = (node.value for node in ast.walk(tree_of(path)) if isinstance(node, ast.Constant))
    home = module_name(path) if path.name == "__init__.py" else module_name(path).rpartition(".")[0]
    dotted = (text for text in texts if isinstance(text, str) and re.fullmatch(r"(gigawatt)?(\.\w+)+", text))
    return {text if text.startswith("gigawatt") else home + text for text in dotted}


def clause_kinds() -> dict[str, Path]:
    """The kinds of clause and the files that define them: classes in `clauses/` with `kind: Literal["..."]`."""
    kinds = {}
    for path in package_files():
        if path.parent.name != "clauses":
            continue
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == "kind":
                words = [each.value for each in ast.walk(node.annotation) if isinstance(each, ast.Constant)]
                kinds |= {word: path for word in words if isinstance(word, str)}
    return kinds


def unfinished_kinds() -> Iterator[str]:
    """Each kind: a file of its name, a worked example, a golden LP, and a row in both specifications."""
    for kind, path in clause_kinds().items():
        if path.stem != kind:
            yield f"{at(path)}: defines the kind `{kind}`; one file per kind, named after it"
        if not has_worked_example(kind):
            yield f"{at(path)}: no test_{kind}_..worked_example; do one by hand, from a contract's words"
        if not (ROOT / "tests" / "golden" / "clauses" / f"{kind}.lp").is_file():
            yield f"{at(path)}: no tests/golden/clauses/{kind}.lp; write it with `make golden` and read it"
        for page in ("docs/file.md", "docs/model.md"):
            rows = (text_of(ROOT / page) or "") if ROOT / page in tracked() else ""
            if not re.search(rf"^\|[^|\n]*`{kind}`", rows, re.MULTILINE):
                yield f"{at(path)}: `{kind}` has no row in {page}"


def has_worked_example(kind: str) -> bool:
    """Whether a test is called `worked` or `by_hand` in the kind's own test file, or with the kind's name anywhere."""
    for path in python_files("tests"):
        own = path.stem in (f"test_{kind}", f"test_clause_{kind}")
        named = r"\w*" if own else rf"\w*{kind}_\w*"
        if re.search(rf"^ *def test_{named}(worked|by_hand)", text_of(path) or "", re.MULTILINE):
            return True
    return False


def kinds_known_outside_clauses() -> Iterator[str]:
    """Code that asks which kind a clause is: the name of a kind beside `kind`, or a name that is only a kind's."""
    kinds = set(clause_kinds())
    for path in package_files():
        if path.parent.name == "clauses":
            continue
        for node in ast.walk(tree_of(path)):
            words = {each.value for each in ast.walk(node) if isinstance(each, ast.Constant)} & kinds
            asks = isinstance(node, ast.Compare | ast.Match) and "kind" in ast.unparse(node)
            unmistakable = isinstance(node, ast.Constant) and "_" in str(node.value)
            if words and (asks or unmistakable):
                yield f"{at(path, node.lineno)}: knows the clause kind {', '.join(sorted(words))}; only clauses/ may"


RULES = [
    files_too_long,
    functions_too_long,
    drawers,
    folders_too_deep,
    modules_without_docstring,
    public_things_without_docstring,
    printing,
    strangers,
    unwanted_words,
    untidy_text,
    dead_files,
    unfinished_kinds,
    kinds_known_outside_clauses,
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_there_are_no(rule) -> None:
    faults = list(rule())
    assert not faults, "\n" + "\n".join(faults)


def test_the_package_is_where_the_rules_look() -> None:
    assert PACKAGE / "__init__.py" in package_files()
    assert Path(__file__) in python_files("tests")


ROOM = "src/gigawatt/model"
PLANTED = {
    files_too_long: (f"{ROOM}/long.py", '"""Long."""\n' + "x = 1\n" * FILE_LINES),
    functions_too_long: (f"{ROOM}/long.py", "def f():\n" + "    x = 1\n" * FUNCTION_LINES),
    drawers: (f"{ROOM}/utils.py", ""),
    folders_too_deep: (f"{ROOM}/deep/er.py", ""),
    modules_without_docstring: (f"{ROOM}/mute.py", "x = 1\n"),
    public_things_without_docstring: (f"{ROOM}/mute.py", "def loud():\n    return 1\n"),
    printing: (f"{ROOM}/loud.py", "print(1)\n"),
    strangers: (f"{ROOM}/solver.py", "def f():\n    import highspy\n"),
    unwanted_words: ("docs/a.md", "See iss" + "ue #7 and /wo" + "rk/main.\n"),
    untidy_text: ("docs/a.md", "A line \n"),
    dead_files: (f"{ROOM}/dead.py", '"""Dead."""\n'),
    unfinished_kinds: ("src/gigawatt/clauses/barter.py", "class Barter:\n    kind: Literal['barter']\n"),
    kinds_known_outside_clauses: (f"{ROOM}/asks.py", "def f(clause):\n    return clause.kind == 'barter'\n"),
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_a_planted_fault_is_found_by(rule, tmp_path, monkeypatch) -> None:
    name, _ = PLANTED[rule]
    planted = []
    for each, text in (PLANTED[rule], PLANTED[unfinished_kinds]):
        planted.append(tmp_path / each)
        planted[-1].parent.mkdir(parents=True, exist_ok=True)
        planted[-1].write_text(text)
    chosen = planted if rule is kinds_known_outside_clauses else planted[:1]
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    monkeypatch.setitem(globals(), "PACKAGE", tmp_path / "src" / "gigawatt")
    monkeypatch.setitem(globals(), "tracked", lambda: tuple(chosen))
    faults = list(rule())
    assert faults
    assert all(fault.startswith(name) for fault in faults)
