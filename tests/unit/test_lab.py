"""Reading labs: what a sound one says, those that ship, and where in a file a line is."""
# ruff: noqa: F401, F811  # the fixture `labs` is imported

from __future__ import annotations

from pathlib import Path

import pytest
from order_lab import EXERCISE, TOML, change, labs

from advices.core import LabInvalid
from advices.lab import labfile, model

ROOT = Path(__file__).parents[2]
SHIPPED = labfile.slugs(ROOT / "labs")


def test_a_sound_lab_reads_whole(labs: Path) -> None:
    found = labfile.read(labs, "order")
    assert found.slug == "order"
    assert list(found.variants) == ["bad", "good"]
    assert found.replays["edit"].append == "# {sample}"
    steps, page = found.claims
    assert (steps.at_most, steps.holds_for, steps.fails_for) == (2.0, ("good",), ("bad",))
    assert (page.equals, page.relative_to, page.fails_for) == (True, "bad", ())
    assert found.from_names() == ("python:3.14-slim",)


@pytest.mark.parametrize("slug", SHIPPED)
def test_every_shipped_lab_reads(slug: str) -> None:
    found = labfile.read(ROOT / "labs", slug)
    assert found.claims, "a lab without claims demands nothing"
    assert any(claim.fails_for for claim in found.claims), "its bad variant may be good"
    assert all("latest" not in name and ":" in name for name in found.from_names())


@pytest.mark.parametrize("slug", SHIPPED)
def test_every_shipped_lab_has_mistakes_and_an_exercise_with_hints(slug: str) -> None:
    found = labfile.read(ROOT / "labs", slug)
    assert found.mistakes
    if any(claim.of for claim in found.claims):
        # What repeats other labs' claims has their exercises too.
        assert found.exercise is None
        return
    assert labfile.read(ROOT / "labs", slug).its_exercise().mistakes
    assert (ROOT / "docs/results/exercises" / f"{slug}.json").is_file()


@pytest.mark.parametrize("one", labfile.all_of(ROOT / "labs"), ids=lambda one: str(one.folder.name))
def test_every_mistake_that_ships_fits_its_good_dockerfile(one: model.Lab) -> None:
    good = one.dockerfile("good").read_text("utf-8")
    assert {mistake.id: mistake.misfit(good) for mistake in one.mistakes} == {
        mistake.id: "" for mistake in one.mistakes
    }


def test_there_are_labs() -> None:
    assert len(SHIPPED) >= 2


def test_how_to_scan_and_an_overlay_of_all_variants_are_read(labs: Path) -> None:
    change(labs, 'title = "Order"', 'title = "Order"\nprobes = ["web-scan"]\noverlay = "more"')
    (labs / "order" / "more").mkdir()
    with (labs / "order" / "lab.toml").open("a") as toml:
        toml.write('[scan]\nscanners = ["zap", "wapiti"]\nenv = { A = "1" }\n')
    found = labfile.read(labs, "order")
    assert found.overlay == "more"
    assert found.scan == model.ScanSettings(scanners=("zap", "wapiti"), env={"A": "1"})
    assert found.scan.attacks == "none"


def test_a_claim_may_name_what_a_list_has(labs: Path) -> None:
    change(labs, "at_most = 2", 'includes = ["a", "b"]')
    assert labfile.read(labs, "order").claims[0].includes == ("a", "b")


def test_an_exercise_is_a_lab_of_two_variants(labs: Path) -> None:
    toml = EXERCISE.replace("task", 'leaves_out = ["views.py"]\nbuild_args = {A = "1"}\ntask')
    (labs / "order/exercise/exercise.toml").write_text(toml)
    found = labfile.read(labs, "order").its_exercise()
    assert (found.slug, found.task, found.is_exercise) == ("order", "Mend it.", True)
    assert not labfile.read(labs, "order").is_exercise
    assert {name: found.dockerfile(name).name for name in found.variants} == {
        "bad": "Dockerfile",
        "good": "solution.Dockerfile",
    }
    for variant in found.variants.values():
        assert (variant.leaves_out, variant.build_args) == (("views.py",), {"A": "1"})


def test_a_lab_without_an_exercise_says_so(labs: Path) -> None:
    (labs / "order/exercise/exercise.toml").unlink()
    with pytest.raises(LabInvalid, match="`order` has no exercise") as raised:
        labfile.read(labs, "order").its_exercise()
    assert raised.value.why == "there is no labs/order/exercise/exercise.toml"


def test_the_exercise_of_an_unknown_lab(labs: Path) -> None:
    with pytest.raises(LabInvalid, match="there is no lab `ordr`"):
        labfile.read(labs, "ordr").its_exercise()


def test_all_of_a_project_are_its_labs_and_then_its_exercises(labs: Path) -> None:
    assert [one.title for one in labfile.all_of(labs)] == ["Order", "Order another"]


def test_images_of_mistakes_and_services_count_among_those_of_a_lab(labs: Path) -> None:
    (labs / "order" / "lab.toml").write_text(
        TOML.replace("title", 'services = ["postgres:17"]\ntitle').replace(
            "slim\\nRUN one-more", "alpine"
        )
    )
    assert labfile.read(labs, "order").from_names() == (
        *("postgres:17", "python:3.14-alpine", "python:3.14-slim"),
    )


def test_replays_and_starts_are_said_in_the_words_of_the_file(labs: Path) -> None:
    assert labfile.read(labs, "order").says() == {
        "unchanged": "nothing changes",
        "edit": "a line is edited",
        "bare": "without a file system to write to",
    }


def test_a_mistake_replaces_its_text_and_no_other() -> None:
    some = model.Mistake(id="x", says="", replace="USER 1\n", by="USER 0\n", breaks=("y",))
    assert some.applied("FROM a\nUSER 1\nCMD a\n") == "FROM a\nUSER 0\nCMD a\n"
    without = model.Mistake(id="x", says="", leaves_out=("a",), breaks=("y",))
    assert without.applied("FROM a\n") == "FROM a\n"
    assert without.misfit("FROM a\n") == ""


@pytest.mark.parametrize(("text", "times"), [("FROM a\n", 0), ("USER 1\nUSER 1\n", 2)])
def test_a_mistake_that_does_not_fit_says_so(text: str, times: int) -> None:
    some = model.Mistake(id="x", says="", replace="USER 1\n", by="USER 0\n", breaks=("y",))
    assert some.misfit(text) == f"its `replace` must occur once but occurs {times} times"
    with pytest.raises(LabInvalid, match=f"mistake `x`: its .* {times} times"):
        some.applied(text)


def test_a_lab_whose_mistake_does_not_fit_is_read_and_its_images_are_known(labs: Path) -> None:
    file = labs / "order" / "lab.toml"
    file.write_text(file.read_text().replace('replace = "slim"', 'replace = "slum"'))
    assert "python:3.14-slim" in labfile.read(labs, "order").from_names()


def test_an_unknown_lab_names_those_that_are_there(labs: Path) -> None:
    with pytest.raises(LabInvalid, match="there is no lab `ordr`") as raised:
        labfile.read(labs, "ordr")
    assert raised.value.why == "the labs are order"


def test_an_unknown_variant_names_those_that_are_there(labs: Path) -> None:
    with pytest.raises(LabInvalid, match="no variant `best`") as raised:
        labfile.read(labs, "order").dockerfile("best")
    assert raised.value.why == "it has bad, good"


def test_slugs_are_the_folders_with_a_lab_toml(labs: Path) -> None:
    (labs / "a-first").mkdir()
    (labs / "a-first" / "lab.toml").touch()
    (labs / "bases").mkdir()
    assert labfile.slugs(labs) == ("a-first", "order")


@pytest.mark.parametrize(
    ("where", "line"),
    [
        (("title",), 1),
        (("serve",), 6),
        (("serve", "port"), 7),
        (("serve", "gone"), 6),
        (("variants", "good", "says"), 15),
        (("variants", "gone"), 1),
        (("claims", "0"), 25),
        (("claims", "1"), 31),
        (("claims", "1", "measure"), 34),
        (("claims", "1", "holds_for", "0"), 37),
        (("claims", "2"), 1),
        ((), 1),
    ],
)
def test_line_of(where: tuple[str, ...], line: int) -> None:
    assert labfile.line_of(TOML, where) == line


def test_line_of_knows_quoted_and_dotted_names() -> None:
    text = '[variants."cache-mount"]\nsays = "x"\n\n[a]\nserve.port = 1\n"b" = 2\n'
    assert labfile.line_of(text, ("variants", "cache-mount", "says")) == 2
    assert labfile.line_of(text, ("a", "serve", "port")) == 5
    assert labfile.line_of(text, ("a", "b")) == 6
