"""Reading labs: strict, and every fault with its file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from advices import lab
from advices.errors import LabInvalid

ROOT = Path(__file__).parents[2]
SHIPPED = lab.slugs(ROOT / "labs")

# Line numbers in this file are read from this text: change both together.
TOML = """\
title = "Order"
advice = "Order well."
context = "app"
headline = "disk_bytes"

[serve]
port = 8000

[variants.bad]
dockerfile = "bad.Dockerfile"
says = "bad"

[variants.good]
dockerfile = "good.Dockerfile"
says = "good"

[replays.unchanged]
says = "nothing changes"

[replays.edit]
says = "a line is edited"
file = "views.py"
append = "# {sample}"

[[claims]]
id = "steps"
says = "Few steps run."
measure = "edit.steps_run"
at_most = 2

[[claims]]
id = "same-page"
says = "The page is the same."
measure = "page_digest"
relative_to = "bad"
equals = true
holds_for = ["good"]
fails_for = []
"""


@pytest.fixture
def labs(tmp_path: Path) -> Path:
    """Return a folder of labs with one sound lab in it."""
    folder = tmp_path / "labs"
    (folder / "order").mkdir(parents=True)
    (folder / "app").mkdir()
    (folder / "app" / "views.py").write_text("x = 1\n")
    (folder / "order" / "lab.toml").write_text(TOML)
    for name in ("bad", "good"):
        (folder / "order" / f"{name}.Dockerfile").write_text("FROM python:3.13-slim\n")
    return folder


def change(labs: Path, old: str, new: str) -> None:
    assert TOML.count(old) == 1, old
    (labs / "order" / "lab.toml").write_text(TOML.replace(old, new))


def fault(labs: Path) -> str:
    with pytest.raises(LabInvalid) as raised:
        lab.read(labs, "order")
    assert raised.value.next_step
    return raised.value.what


def test_a_sound_lab_reads_whole(labs: Path) -> None:
    found = lab.read(labs, "order")
    assert found.slug == "order"
    assert list(found.variants) == ["bad", "good"]
    assert found.replays["edit"].append == "# {sample}"
    steps, page = found.claims
    assert (steps.at_most, steps.holds_for, steps.fails_for) == (2.0, ("good",), ("bad",))
    assert (page.equals, page.relative_to, page.fails_for) == (True, "bad", ())
    assert found.from_names() == ("python:3.13-slim",)


@pytest.mark.parametrize("slug", SHIPPED)
def test_every_shipped_lab_reads(slug: str) -> None:
    found = lab.read(ROOT / "labs", slug)
    assert found.claims, "a lab without claims demands nothing"
    assert any(claim.fails_for for claim in found.claims), "its bad variant may be good"
    assert all("latest" not in name and ":" in name for name in found.from_names())


def test_there_are_labs() -> None:
    assert len(SHIPPED) >= 2


@pytest.mark.parametrize(
    ("old", "new", "where", "says"),
    [
        ('title = "Order"', 'title = "Order"\ncolour = "red"', 2, "colour: unknown key"),
        ("port = 8000", "port = 8000\nhost = 'x'", 8, "serve.host: unknown key"),
        ("port = 8000", "port = 99999", 7, "less than or equal to 65535"),
        ("port = 8000", 'port = "8000"', 7, "valid integer"),
        ('says = "bad"', "", 9, "variants.bad.says: Field required"),
        ('"bad.Dockerfile"', '"../bad.Dockerfile"', 10, "variants.bad.dockerfile"),
        ("[variants.good]", "[variants.fine]", 1, "there is no `good`"),
        ("[replays.unchanged]", "[replays.cold]", 1, "`cold` is the first build"),
        ("[replays.unchanged]", "[replays.Un_changed]", 17, "replays.Un_changed"),
        ('append = "# {sample}"', "", 20, "`file` and `append` go together"),
        ("{sample}", "sample", 20, "must hold {sample}"),
        ('id = "steps"', 'id = "Steps!"', 26, "claims.0.id"),
        ("at_most = 2", "at_most = 2\nat_least = 1", 25, "exactly one of equals"),
        ("at_most = 2", "", 25, "exactly one of equals"),
        ("equals = true", "equals = true\nat_most = 1", 31, "exactly one of equals"),
        ("equals = true", "equal = true", 36, "claims.1.equal: unknown key"),
        ('holds_for = ["good"]', "holds_for = []", 31, "holds for no variant"),
        ('holds_for = ["good"]', 'holds_for = "good"', 37, "valid tuple"),
        ('measure = "page_digest"', "measure = 5", 34, "valid string"),
        ('context = "app"', 'context = "ap"', 3, "the folder labs/ap does not exist"),
        ('"good.Dockerfile"', '"gone.Dockerfile"', 14, "gone.Dockerfile does not exist"),
        ('"views.py"', '"gone.py"', 22, "gone.py does not exist in labs/app"),
    ],
)
def test_a_fault_is_named_with_its_file_and_line(
    labs: Path, old: str, new: str, where: int, says: str
) -> None:
    change(labs, old, new)
    message = fault(labs)
    named = [line for line in message.splitlines() if f"labs/order/lab.toml:{where}: " in line]
    assert says in "\n".join(named), message


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ('holds_for = ["good"]', 'holds_for = ["god"]', 31),
        ("fails_for = []", 'fails_for = ["god"]', 31),
        ('relative_to = "bad"', 'relative_to = "god"', 31),
    ],
)
def test_an_unknown_variant_in_a_claim_is_named_with_its_line(
    labs: Path, old: str, new: str, where: int
) -> None:
    change(labs, old, new)
    message = fault(labs)
    assert "there is no variant `god`" in message
    assert f"labs/order/lab.toml:{where}: " in message


@pytest.mark.parametrize("key", ["slug", "folder"])
def test_a_key_that_the_reader_sets_itself_is_unknown(labs: Path, key: str) -> None:
    change(labs, 'title = "Order"', f'title = "Order"\n{key} = "other"')
    assert fault(labs) == f"labs/order/lab.toml:2: {key}: unknown key"


def test_all_faults_are_told_at_once(labs: Path) -> None:
    text = TOML.replace("port = 8000", "prt = 1").replace("at_most = 2", "at_mst = 2")
    (labs / "order" / "lab.toml").write_text(text)
    lines = fault(labs).splitlines()
    assert [line.split(": ")[0] for line in lines] == [
        "labs/order/lab.toml:7",
        "labs/order/lab.toml:29",
    ]


@pytest.mark.parametrize("context", ["", "context = 5"])
def test_a_context_is_needed(labs: Path, context: str) -> None:
    change(labs, 'context = "app"', context)
    assert "`context` must name a folder" in fault(labs)


def test_not_toml_says_where(labs: Path) -> None:
    change(labs, "port = 8000", "port = ")
    message = fault(labs)
    assert message.startswith("labs/order/lab.toml: ")
    assert "line 7" in message


def test_not_even_text_is_a_fault_of_the_lab(labs: Path) -> None:
    (labs / "order" / "lab.toml").write_bytes(b'title = "\xff\xfe"\n')
    assert "labs/order/lab.toml" in fault(labs)


def test_an_unknown_lab_names_those_that_are_there(labs: Path) -> None:
    with pytest.raises(LabInvalid, match="there is no lab `ordr`") as raised:
        lab.read(labs, "ordr")
    assert raised.value.why == "the labs are order"


def test_an_unknown_variant_names_those_that_are_there(labs: Path) -> None:
    with pytest.raises(LabInvalid, match="no variant `best`") as raised:
        lab.read(labs, "order").dockerfile("best")
    assert raised.value.why == "it has bad, good"


def test_slugs_are_the_folders_with_a_lab_toml(labs: Path) -> None:
    (labs / "a-first").mkdir()
    (labs / "a-first" / "lab.toml").touch()
    (labs / "bases").mkdir()
    assert lab.slugs(labs) == ("a-first", "order")


@pytest.mark.parametrize(
    ("dockerfile", "images"),
    [
        ("FROM a:1\nRUN x\n", ("a:1",)),
        ("FROM a:1 AS one\nFROM b:1 AS two\nFROM one\n", ("a:1", "b:1")),
        ("FROM --platform=$BUILDPLATFORM a:1 AS one\n", ("a:1",)),
        ("FROM scratch\nCOPY . .\n", ()),
        ("from a:1 as one\nfrom one\n", ("a:1",)),
        ("FROM a:1\nFROM b:1\nFROM a:1\n", ("a:1", "b:1")),
        ("FROM a:1   AS\tone  \n\n  # FROM c:1\nFROM one\n", ("a:1",)),
        ("RUN echo FROM b:1\n", ()),
        # A name is a stage only from its own line on.
        ("FROM one\nFROM a:1 AS one\n", ("one", "a:1")),
        # Docker knows a stage by its name in any case.
        ("FROM a:1 AS Builder\nFROM builder\nFROM BUILDER\n", ("a:1",)),
    ],
)
def test_external_images(dockerfile: str, images: tuple[str, ...]) -> None:
    assert lab.external_images(dockerfile) == images


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
    assert lab.line_of(TOML, where) == line


def test_line_of_knows_quoted_and_dotted_names() -> None:
    text = '[variants."cache-mount"]\nsays = "x"\n\n[a]\nserve.port = 1\n"b" = 2\n'
    assert lab.line_of(text, ("variants", "cache-mount", "says")) == 2
    assert lab.line_of(text, ("a", "serve", "port")) == 5
    assert lab.line_of(text, ("a", "b")) == 6


@pytest.mark.parametrize(
    ("dockerfile", "images"),
    [
        ("FROM a:1\nCOPY --from=b:2 /x /x\n", ("a:1", "b:2")),
        ("FROM a:1 AS x\nFROM c:3\nCOPY --from=X /x /x\nCOPY --from=0 /y /y\n", ("a:1", "c:3")),
        ("FROM a:1\nRUN --mount=type=bind,from=b:2,target=/b ls\n", ("a:1", "b:2")),
        ("FROM a:1\nRUN --mount=from=b:2,target=/b ls\n", ("a:1", "b:2")),
        ("FROM a:1\nRUN echo from=nobody --from=x\n", ("a:1",)),
    ],
)
def test_images_that_are_copied_from_count(dockerfile: str, images: tuple[str, ...]) -> None:
    assert lab.external_images(dockerfile) == images


@pytest.mark.parametrize("dockerfile", ["FROM ${BASE}\n", "FROM a:1\nCOPY --from=b:$TAG /x /x\n"])
def test_a_base_behind_a_variable_is_refused(dockerfile: str) -> None:
    with pytest.raises(LabInvalid, match="may not be named by a variable"):
        lab.external_images(dockerfile)


@pytest.mark.parametrize(
    ("dockerfile", "base"),
    [
        ("FROM a:1\n", "a:1"),
        ("FROM a:1 AS x\nFROM b:2\nCOPY --from=x / /\n", "b:2"),
        ("FROM a:1\nFROM b:2 AS x\nFROM a:1\n", "a:1"),
        ("FROM a:1 AS x\nFROM b:2 AS y\nFROM X\n", "a:1"),
        ("FROM a:1 AS x\nFROM x AS y\nFROM y\n", "a:1"),
        ("FROM a:1 AS x\nFROM scratch\nCOPY --from=x / /\n", None),
    ],
)
def test_the_base_of_an_image_is_the_root_of_its_last_stage(
    dockerfile: str, base: str | None
) -> None:
    assert lab.final_base(dockerfile) == base


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('context = "app"', 'context = ".."', "the folder labs/.. does not exist"),
        ('"views.py"', '"../order/lab.toml"', "../order/lab.toml does not exist in labs/app"),
    ],
)
def test_nothing_outside_of_the_labs_is_built_or_edited(
    labs: Path, old: str, new: str, says: str
) -> None:
    change(labs, old, new)
    assert says in fault(labs)
