"""What of a measurement can be had without an engine."""

from __future__ import annotations

from pathlib import Path

from advices.measure import _context_bytes


def test_the_context_is_what_dockerignore_lets_in(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "a.py").write_text("12345")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "big.bin").write_text("x" * 1000)
    (tmp_path / "b.pyc").write_text("x" * 100)
    without = _context_bytes(tmp_path)
    (tmp_path / ".dockerignore").write_text("# what is not source\n\ndata\n**/*.pyc\n")
    assert (without, _context_bytes(tmp_path)) == (1105, 5)


def test_an_exception_in_dockerignore_is_heeded(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("123")
    (tmp_path / "README.md").write_text("12")
    (tmp_path / ".dockerignore").write_text("*\n!README.md\n")
    assert _context_bytes(tmp_path) == 2
