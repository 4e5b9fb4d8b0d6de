"""What a build on a later day is offered: what lab.toml may say, what pip gets, what decides it."""

from __future__ import annotations

import configparser
from pathlib import Path

import fake_bench
import made_labs
import pytest
from again_lab import JUNE, LAB, SEPTEMBER, lab, read_lab

from advices.core import LabInvalid, Layout
from advices.lab import Lab, labfile
from advices.measure.keys import Keys
from advices.measure.plan import Samples
from advices.packages import newest_versions, selection, settings

__all__ = ["lab"]


# ---------- what lab.toml may say ----------


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('"june.txt"', '"gone.txt"', "lab.toml:1: the file gone.txt does not exist"),
        ('"september.txt"', '"gone.txt"', "the file gone.txt does not exist"),
        ('"september.txt"', '"../june.txt"', "replays.later.index: String should"),
        ("again = true\nindex", "index", "`index` needs `again`"),
        ("again = true\nindex", 'overlay = "more"\nindex', "`overlay` needs `again`"),
        ("again = true\nindex", 'again = true\noverlay = "gone"\nindex', "folder gone does not"),
    ],
)
def test_a_wrong_key_is_named_with_its_line(old: str, new: str, fault: str, tmp_path: Path) -> None:
    assert LAB.count(old) == 1
    with pytest.raises(LabInvalid) as caught:
        read_lab(tmp_path, LAB.replace(old, new))
    assert fault in str(caught.value)


def test_a_build_is_offered_what_its_day_had(lab: Lab) -> None:
    assert lab.newest() == lab.newest("cold") == lab.newest("again") == JUNE
    assert lab.newest("later") == SEPTEMBER
    assert made_labs.read_lab(lab.folder.parents[1]).newest() == ""


# ---------- what pip is offered ----------


def test_pip_is_held_back_and_finds_its_index_all_the_same() -> None:
    found = settings.held_back(settings.files("http://172.17.0.1:5081/index/"), JUNE)
    conf = configparser.ConfigParser()
    conf.read_string(found[settings.PIP_CONF])
    assert dict(conf["global"]) == {
        "index-url": "http://172.17.0.1:5081/index/",
        "trusted-host": "172.17.0.1",
        "constraint": settings.NEWEST,
    }
    assert found[settings.NEWEST] == "django<=5.2.14\nsqlparse<=0.5.5\n"
    assert settings.UV_TOML in found


def test_where_pip_goes_straight_out_it_is_only_held_back() -> None:
    found = settings.held_back({}, JUNE)
    assert found[settings.PIP_CONF] == f"[global]\nconstraint = {settings.NEWEST}\n"
    assert set(found) == {settings.PIP_CONF, settings.NEWEST}


def test_what_each_day_offered_is_prefetched(lab: Lab) -> None:
    found = {one.requirement for one in selection.of_lab(lab)}
    assert {"django==5.2.14", "django==5.2.17", "sqlparse==0.5.5"} <= found


def test_comments_and_ranges_of_a_list_are_no_versions() -> None:
    text = "# by uv\ndjango==5.2.14 \\\n    --hash=sha256:1\nflask>=3\n\n"
    assert newest_versions(text) == {"django": "5.2.14"}


# ---------- what decides it ----------


def parts(root: Path) -> dict[str, str]:
    layout = Layout(root)
    keys = Keys(fake_bench.Machine().workshop(layout), Samples(1, 1))
    found = keys.parts(labfile.read(layout.labs, "build-cache"))
    assert found is not None
    return dict(found.own)


def test_lists_and_files_that_a_replay_brings_decide_the_numbers(tmp_path: Path) -> None:
    toml = LAB.replace("again = true\nindex", 'again = true\noverlay = "more"\nindex')
    made_labs.project(tmp_path)
    folder = tmp_path / "labs" / "build-cache"
    (folder / "more").mkdir()
    (folder / "more" / "lock.txt").write_text("old\n")
    read_lab(tmp_path, toml)
    known = parts(tmp_path)

    def changed() -> set[str]:
        now = parts(tmp_path)
        return {name for name in now if now[name] != known.get(name)}

    (folder / "june.txt").write_text(f"# another comment\n{JUNE}")
    assert changed() == set()
    (folder / "june.txt").write_text(SEPTEMBER)
    assert changed() == {"the index"}
    (folder / "september.txt").write_text(JUNE)
    assert changed() == {"the index", "the index of the replay later"}
    (folder / "more" / "lock.txt").write_text("new\n")
    assert "the files of the replay later" in changed()
