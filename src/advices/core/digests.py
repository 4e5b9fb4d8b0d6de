"""Pure: digests of data and of programs, for keys."""

from __future__ import annotations

import ast
import functools
import hashlib
import json

_WITH_A_DOCSTRING = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def digest_of(data: object) -> str:
    """Return the SHA-256 of data as canonical JSON: tables in the order of their keys.

    Raises TypeError for what JSON has no form for.
    """
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


@functools.cache
def meaning_of(program: str) -> str:
    """Return a Python program without what decides nothing: comments, docstrings, its format."""
    tree = ast.parse(program)
    for node in ast.walk(tree):
        if isinstance(node, _WITH_A_DOCSTRING) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    return ast.unparse(tree)
