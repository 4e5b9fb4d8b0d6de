"""The installed wheel audits a project: no clone, no lab, no Jupyter, an empty folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from installed import installed

from advices.engine import connect
from advices.runs import lifecycle

pytestmark = pytest.mark.engine


def test_the_installed_toolkit_audits_a_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    toolkit = installed(tmp_path)
    project, empty = tmp_path / "project", tmp_path / "empty"
    project.mkdir()
    empty.mkdir()
    (project / "index.html").write_text("<h1>hello</h1>\n")
    (project / "Dockerfile").write_text(
        "FROM python:3.14-slim\nWORKDIR /srv\nCOPY . .\nEXPOSE 8080\n"
        'CMD ["python", "-m", "http.server", "8080"]\n'
    )
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    words = ("--quick", "--fix", "--json", "a.json", "--html", "a.html", "--markdown", "a.md")
    done = toolkit.run("advices", "audit", str(project), *words, cwd=empty)
    assert done.returncode == 0, done.stderr
    assert sorted(one.name for one in empty.iterdir()) == ["a.html", "a.json", "a.md"]
    told = json.loads((empty / "a.json").read_text())
    assert {one["lab"] for one in told["findings"]} >= {"non-root"}
    assert (told["yours"]["boot"]["uid"], told["fixed"]["boot"]["uid"]) == (0, 10001)
    assert "USER 10001:10001" in (project / "Dockerfile").read_text()
    mine = lifecycle._owner()
    assert [run for run in connect().run_ids() if run.startswith(mine)] == []
