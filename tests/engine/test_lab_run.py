"""A whole run of a tiny lab on a real engine: what it measures and what it leaves."""

from __future__ import annotations

import hashlib
import json

import pytest
from engine_project import Project
from scan_targets import Start

from advices import results

pytestmark = pytest.mark.engine


@pytest.mark.always
def test_a_run_writes_what_it_measured_and_leaves_nothing_but_what_is_not_its_own(
    tiny: Project, theirs: Start
) -> None:
    tiny.replay()
    not_ours = theirs()
    before = not_ours.state()
    code, output = tiny.advices("run", "--samples", "2", "--cold-samples", "2")
    assert code == 0, output
    result = results.load(tiny.root / "docs" / "results", "tiny")
    bad, good = result.variants["bad"], result.variants["good"]
    assert (bad.boot.uid, good.boot.uid) == (0, 1000)
    assert bad.boot.page_digest == good.boot.page_digest
    assert (good.builds["cold"].steps_run, good.builds["cold"].steps_cached) == (1, 0)
    assert len(good.builds["cold"].timing.samples) == 2
    assert (good.builds["unchanged"].steps_run, good.builds["unchanged"].steps_cached) == (0, 1)
    assert good.builds["unchanged"].new_transfer_bytes == 0
    assert good.builds["edit"].steps_run == 1
    assert 0 < good.builds["edit"].new_transfer_bytes < 2000
    assert good.context_bytes == len("<h1>hello</h1>\n") + len("notes\n")
    own = [layer for layer in good.layers if not layer.from_base]
    assert [layer.created_by for layer in own] == ["COPY . /srv"]
    # The files' bytes and the folders' entries of that layer, exactly as docker counts them.
    assert own[0].disk_bytes == len("<h1>hello</h1>\n") + len("notes\n")
    page = (tiny.root / "docs" / "labs" / "tiny.md").read_text("utf-8")
    assert "## Provenance" in page
    assert "tiny bad: cold, sample 2" in output
    assert "cold, sample" not in page
    assert tiny.leftovers() == []
    assert tiny.run_ids() == set()
    assert tiny.advices("clean")[0] == 0
    assert not_ours.state() == before


def test_claims_that_break_are_named_and_nothing_is_written(tiny: Project) -> None:
    bad, good = (tiny.read(f"labs/tiny/{name}.Dockerfile") for name in ("bad", "good"))
    tiny.write("labs/tiny/good.Dockerfile", bad)
    tiny.write("labs/tiny/bad.Dockerfile", good)
    code, output = tiny.advices("run", "--samples", "1")
    assert code == 18, output
    assert "claim `no-root` must hold for `good`: uid is 0, claimed 1000" in output
    assert "claim `no-root` must not hold for `bad`: uid is 1000, claimed 1000" in output
    assert not (tiny.root / "docs" / "results" / "tiny.json").exists()
    assert tiny.leftovers() == []
    assert tiny.run_ids() == set()


def test_check_tells_what_drifted_and_touches_nothing(measured: Project) -> None:
    file = measured.root / "docs" / "results" / "tiny.json"
    data = json.loads(file.read_text("utf-8"))
    data["variants"]["good"]["layers"][-1]["disk_bytes"] += 5_000_000_000
    file.write_text(json.dumps(data), "utf-8")
    before = file.read_bytes()
    code, output = measured.advices("check", "--quick")
    assert code == 19, output
    assert "tiny good disk_bytes" in output
    assert "advices run" in output
    assert file.read_bytes() == before


def test_a_cold_build_starts_with_empty_cache_mounts_and_replays_find_them_filled(
    tiny: Project,
) -> None:
    mount = "RUN --mount=type=cache,target=/kept "
    dockerfile = (
        "FROM python:3.14-slim\n"
        f"{mount} mkdir /srv; ls -A /kept > /srv/cold.txt; touch /kept/mark\n"
        "COPY . /srv\n"
        f"{mount} test -e /kept/mark\n"
        'CMD ["python", "-m", "http.server", "8000", "--directory", "/srv"]\n'
    )
    tiny.write("labs/tiny/good.Dockerfile", dockerfile)
    tiny.write("labs/tiny/bad.Dockerfile", dockerfile)
    lab = tiny.read("labs/tiny/lab.toml").partition("[[claims]]")[0]
    empty = hashlib.sha256(b"").hexdigest()
    tiny.write(
        "labs/tiny/lab.toml",
        lab.replace("/index.html", "/cold.txt")
        + f"""[[claims]]
id = "empty"
says = "The cache mount was empty when the first build began."
measure = "page_digest"
equals = "{empty}"
fails_for = []
""",
    )
    tiny.replay()
    for _ in range(2):
        code, output = tiny.advices("run", "--samples", "1", "--force")
        assert code == 0, output


def test_a_lab_runs_again_only_when_something_changed(measured: Project) -> None:
    file = measured.root / "docs" / "results" / "tiny.json"
    before = file.read_bytes()
    code, output = measured.advices("run", "--samples", "1")
    assert (code, output.count("\n")) == (0, 1)
    assert output.startswith("tiny: unchanged since ")
    assert file.read_bytes() == before
    measured.write("labs/site/notes.txt", "other notes\n")
    code, output = measured.advices("run", "--samples", "1")
    assert code == 0, output
    assert "tiny good: cold" in output
    assert file.read_bytes() != before


def test_one_line_of_a_good_dockerfile_turns_a_check_red_and_green_again(measured: Project) -> None:
    before, good = measured.kept(), measured.read("labs/tiny/good.Dockerfile")
    measured.write("labs/tiny/good.Dockerfile", good.replace("USER 1000\n", ""))
    code, output = measured.advices("check", "--quick")
    assert code == 18, output
    named = [line for line in output.splitlines() if "claim `" in line]
    says = "error: tiny: claim `no-root` must hold for `good`: uid is 0, claimed 1000"
    assert named == [says]
    measured.write("labs/tiny/good.Dockerfile", good)
    code, output = measured.advices("check", "--quick")
    assert code == 0, output
    assert measured.kept() == before


def test_two_labs_are_checked_at_once_and_each_is_compared(tiny: Project) -> None:
    for name in ("lab.toml", "bad.Dockerfile", "good.Dockerfile"):
        tiny.write(f"labs/other/{name}", tiny.read(f"labs/tiny/{name}"))
    tiny.write("notebooks/other.ipynb", tiny.read("notebooks/tiny.ipynb").replace("tiny", "other"))
    code, output = tiny.advices("run", "--samples", "1")
    assert code == 0, output
    assert output.index("other: measured in") < output.index("tiny: executing")
    other = tiny.read("docs/results/other.json")
    tiny.write("docs/results/other.json", other.replace('"uid": 1000', '"uid": 1001'))
    code, output = tiny.advices("check", "--quick")
    assert code == 19, output
    for begun in ("other: executing", "tiny: executing"):
        for ended in ("other: measured in", "tiny: measured in"):
            assert output.index(begun) < output.index(ended)
    assert "other good uid: 1001 → 1000" in output
    assert "tiny good" not in output.partition("left their limits")[2]
    assert tiny.leftovers() == []
    assert tiny.run_ids() == set()
