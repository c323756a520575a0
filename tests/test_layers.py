"""The architecture, where import-linter cannot see it."""

import ast
from pathlib import Path

import pytest

import undersong

PACKAGE = Path(undersong.__file__).parent
PURE = (
    "errors.py", "events.py", "chance.py", "plan.py", "notes.py", "turns.py", "session.py", "theory",
    "listening", "answering", "choosing", "playing", "remembering", "reflecting", "measuring", "testing",
    "transcribing",
)  # fmt: skip
BANNED = {
    "asyncio", "time", "datetime", "threading", "socket", "sqlite3", "os", "pathlib", "logging",
    "uuid", "secrets", "subprocess", "tempfile", "io", "mido", "click", "rich", "platformdirs", "numpy",
}  # fmt: skip
ARRAYS = {"numpy"}  # which sound and looking back are made of
WITH_ARRAYS = [*(PACKAGE / "transcribing").glob("*.py"), *(PACKAGE / "reflecting").glob("*.py"),
               PACKAGE / "testing" / "study.py"]  # fmt: skip
FILES = sorted(
    file
    for name in PURE
    for file in ([PACKAGE / name] if name.endswith(".py") else (PACKAGE / name).rglob("*.py"))
)


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.relative_to(PACKAGE).as_posix())
def test_the_core_touches_no_clock_file_or_network(file: Path) -> None:
    """From testing down nothing imports time, files, threads or sockets, or calls open or print."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        banned = BANNED - ARRAYS if file in WITH_ARRAYS else BANNED
        if isinstance(node, ast.Import):
            assert not banned & {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.module.split(".")[0] not in banned
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in {"open", "print", "input", "exec", "eval", "set", "frozenset"} or (
                node.func.id in {"frozenset", "set"} and not _iterated(node, file)
            )


def _iterated(call: ast.Call, file: Path) -> bool:
    """Whether a set that is made here is looped over: its order would differ between processes."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    loops = [n.iter for n in ast.walk(tree) if isinstance(n, (ast.For, ast.comprehension))]
    return any(isinstance(loop, ast.Call) and ast.dump(loop) == ast.dump(call) for loop in loops)


def test_every_technique_is_registered_under_its_name() -> None:
    """Each file in answering that tells its clinical term is an entry point of its name, and back."""
    from undersong.plugins import techniques

    files = {
        file.stem.replace("_", "-")
        for file in (PACKAGE / "answering").glob("*.py")
        if "Clinical term:" in file.read_text(encoding="utf-8")
    }
    assert set(techniques()) == files


def test_every_technique_has_its_contract() -> None:
    """Each technique has a contract, with a maker to try it on and a scene, in a file of its name."""
    from undersong.plugins import techniques
    from undersong.testing.contracts import CONTRACTS

    assert {contract.technique for contract in CONTRACTS} == set(techniques())
    for contract in CONTRACTS:
        name = contract.technique.replace("-", "_")
        assert (PACKAGE / "testing" / "contracts" / f"{name}.py").is_file()
        assert contract.scene.name == contract.technique


def test_a_technique_file_keeps_its_order() -> None:
    """A docstring with the clinical term and what must never happen, constants, one class, helpers."""
    from undersong.plugins import techniques

    for name in (name.replace("-", "_") for name in techniques()):
        tree = ast.parse((PACKAGE / "answering" / f"{name}.py").read_text(encoding="utf-8"))
        text = ast.get_docstring(tree) or ""
        assert "Clinical term:" in text, name
        assert "must never" in text.replace("\n", " "), name
        kinds = [
            "constant" if isinstance(n, (ast.Assign, ast.AnnAssign)) else type(n).__name__
            for n in tree.body[1:]
            if not isinstance(n, (ast.Import, ast.ImportFrom))
        ]
        assert kinds.count("ClassDef") == 1, name
        place = kinds.index("ClassDef")
        assert set(kinds[:place]) == {"constant"}, name
        assert set(kinds[place + 1 :]) <= {"FunctionDef"}, name
