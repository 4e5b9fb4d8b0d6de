"""Make what the live pages have of other people's JavaScript out of requirements/editor.

`./run editor` calls it. The outcome is committed: whoever learns needs no npm, and a page asks no
other host for anything. tests/unit/test_vendored.py holds outcome, versions and hashes together.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCES = ROOT / "requirements" / "editor"
CLIENT = ROOT / "src" / "advices" / "learn" / "client"
FILES = ("vendored.js", "vendored.css", "vendored-licences.txt")
RECORD = CLIENT / "vendored.json"


def locked() -> dict[str, dict[str, str]]:
    """Return version and integrity of each package that the lock file pins, by name."""
    packages = json.loads((SOURCES / "package-lock.json").read_text())["packages"]
    return {path.removeprefix("node_modules/"): one for path, one in packages.items() if path}


def wanted() -> dict[str, str]:
    """Return the versions of what is made into one file, and of what makes it, by name."""
    asked = json.loads((SOURCES / "package.json").read_text())
    return asked["dependencies"] | asked["devDependencies"]


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def record() -> dict[str, dict[str, str]]:
    """Return what was made, from what: versions, and SHA-256 of inputs and files."""
    entry = {"entry.js": digest(SOURCES / "entry.js")}
    return {"made_of": wanted() | entry, "sha256": {one: digest(CLIENT / one) for one in FILES}}


def make(folder: Path) -> None:
    """Install what is pinned into a folder, without its scripts, and write the client's files."""
    for name in ("package.json", "package-lock.json", "entry.js"):
        shutil.copy(SOURCES / name, folder)
    npm = ("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error")
    subprocess.run(npm, cwd=folder, check=True)
    modules = folder / "node_modules"
    # Its own script would put it in place of the wrapper: that one needs node at each start.
    esbuild = next(modules.glob("@esbuild/*/bin/esbuild"))
    how = ("--bundle", "--minify", "--format=esm", "--target=es2022", "--legal-comments=none")
    out = folder / "vendored.js"
    words = (str(esbuild), "entry.js", *how, "--log-level=warning", f"--outfile={out}")
    subprocess.run(words, cwd=folder, check=True)
    texts = []
    for name in json.loads((SOURCES / "package.json").read_text())["dependencies"]:
        licence = (modules / name / "LICENSE").read_text("utf-8").strip()
        texts.append(f"{name} {wanted()[name]}\n\n{licence}\n")
    (folder / FILES[2]).write_text("\n\n".join(texts), "utf-8")
    for name in FILES:
        shutil.copy(folder / name, CLIENT)
    RECORD.write_text(json.dumps(record(), indent=2) + "\n")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        make(Path(scratch))
