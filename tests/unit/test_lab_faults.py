"""Reading labs is strict: every fault is named with its file and line."""
# ruff: noqa: F401, F811  # the fixture `labs` is imported

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from order_lab import EXERCISE, TOML, change, labs

from advices.core import LabInvalid
from advices.lab import labfile, model

PROBED = 'probes = ["user"]\nprobed.user = ["bad", '
SIGN = 'sign = { user = "missing" }'
FAILED = "failed = { does = 'updates the lists', prints = 'no' }"


def fault(labs: Path, read: Callable[[Path, str], model.Lab] = labfile.read) -> str:
    with pytest.raises(LabInvalid) as raised:
        read(labs, "order")
    assert raised.value.next_step
    return raised.value.what


def test_no_claim_asks_for_what_a_variant_does_not_get(labs: Path) -> None:
    text = TOML.replace("read_only = true", 'variants = ["bad"]')
    text = text.replace('measure = "page_digest"', 'measure = "bare.uid"')
    (labs / "order" / "lab.toml").write_text(text)
    assert "the start `bare` leaves out the variant `good`" in fault(labs)


def test_no_claim_asks_what_a_probe_would_say_of_another_variant(labs: Path) -> None:
    text = TOML.replace('title = "Order"', f'title = "Order"\n{PROBED[:-2]}]')
    text = text.replace('measure = "page_digest"', 'measure = "capabilities"')
    (labs / "order" / "lab.toml").write_text(text)
    assert "the probe `user` leaves out the variant `good`" in fault(labs)


@pytest.mark.parametrize(
    ("old", "new", "where", "says"),
    [
        ('title = "Order"', 'title = "Order"\ntask = "x"', 2, "task: unknown key"),
        ('title = "Order"', 'title = "Order"\norder = "first"', 2, "order: Input should be"),
        ('title = "Order"', 'title = "Order"\nprobes = ["fils"]', 2, "there is no probe `fils`"),
        ('title = "Order"', 'title = "Order"\nprobes = "files"', 2, "probes: Input should be"),
        ('title = "Order"', 'title = "Order"\nintended_env = {A = 1}', 2, "valid string"),
        ('title = "Order"', 'title = "Order"\nneeds_free_bytes = 0', 2, "needs_free_bytes"),
        ('says = "bad"', 'says = "bad"\nanswers = "no"', 12, "variants.bad.answers"),
        ('says = "bad"', 'says = "bad"\nleaves_out = [".gone"]', 12, ".gone does not exist in"),
        ('says = "bad"', 'says = "bad"\nleaves_out = ["../order"]', 12, "does not exist in"),
        ('says = "bad"', 'says = "bad"\nleaves_out = ["."]', 12, "does not exist in"),
        ('says = "bad"', 'says = "bad"\noverlay = "gone"', 12, "folder gone does not exist"),
        ('says = "bad"', 'says = "bad"\noverlay = "good.Dockerfile"', 12, "does not exist"),
        ('says = "bad"', 'says = "bad"\noverlay = ".."', 12, "folder .. does not exist"),
        ('says = "bad"', 'says = "bad"\noverlay = "a/b"', 12, "variants.bad.overlay"),
        ('says = "bad"', 'says = "bad"\ntargets = "web"', 12, "variants.bad.targets"),
        ('says = "bad"', 'says = "bad"\nsecrets = { a = 1 }', 12, "variants.bad.secrets"),
        ("[starts.bare]", "[starts.cold]", 40, "the name `cold` is in use"),
        ("[starts.bare]", "[starts.edit]", 40, "the name `edit` is in use"),
        ("read_only = true", "readonly = true", 42, "starts.bare.readonly: unknown key"),
        ("read_only = true", "status = 99", 42, "starts.bare.status"),
        ("read_only = true", 'path = "x"', 42, "starts.bare.path"),
        ("read_only = true", "port = 0", 42, "starts.bare.port"),
        ("read_only = true", "user = 1000", 42, "starts.bare.user"),
        ("read_only = true", "env = { A = 1 }", 42, "starts.bare.env"),
        ('says = "without a file system to write to"', "", 40, "starts.bare.says: Field required"),
        ('replace = "slim"', "", 44, "a mistake needs `replace`, `leaves_out` or"),
        ('replace = "slim"', 'leaves_out = ["gone"]', 47, "gone does not exist in labs/app"),
        ('replace = "slim"', 'replace = "slim"\nsign = "("', 48, "mistakes.0.sign: Input should"),
        ('replace = "slim"', 'replace = "slim"\nbye = ""', 48, "mistakes.0.bye: unknown key"),
        ('breaks = ["steps"]', 'breaks = ["stops"]', 44, "there is no claim `stops`"),
        ('breaks = ["steps"]', "breaks = []", 48, "mistakes.0.breaks"),
        ('breaks = ["steps"]', "", 44, "mistakes.0.breaks: Field required"),
        ('id = "one-more"', 'id = "One"', 45, "mistakes.0.id"),
        ('id = "same-page"', 'id = "steps"', 31, "the name `steps` is in use"),
        ('id = "same-page"', 'id = "builds"', 31, "the name `builds` is in use"),
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
        ("{sample}", "sample", 20, "must contain {sample}"),
        ('id = "steps"', 'id = "Steps!"', 26, "claims.0.id"),
        ("at_most = 2", "at_most = 2\nat_least = 1", 25, "exactly one of equals"),
        ("at_most = 2", 'at_most = 2\nincludes = ["a"]', 25, "exactly one of equals"),
        ("at_most = 2", 'includes = ["a"]\nexcludes = ["b"]', 25, "exactly one of equals"),
        ("at_most = 2", "includes = []", 25, "exactly one of equals"),
        ("at_most = 2", 'includes = "a"', 29, "claims.0.includes: Input should be"),
        ("at_most = 2", "excludes = [10038]", 29, "claims.0.excludes.0: Input should be"),
        ("at_most = 2", 'includes = ["a"]\nrelative_to = "bad"', 25, "does not go with includes"),
        ('title = "Order"', 'title = "Order"\noverlay = "gone"', 2, "folder gone does not exist"),
        ('title = "Order"', 'title = "Order"\noverlay = ".."', 2, "folder .. does not exist"),
        ('title = "Order"', 'title = "Order"\noverlay = "a/b"', 2, "overlay: String should"),
        ('title = "Order"', 'title = "Order"\noverlay = "bad.Dockerfile"', 2, "does not exist"),
        ('title = "Order"', 'title = "Order"\nprobes = ["web-scan"]', 1, "go together"),
        ("at_most = 2", "", 25, "exactly one of equals"),
        ("equals = true", "equals = true\nat_most = 1", 31, "exactly one of equals"),
        ("equals = true", "equal = true", 36, "claims.1.equal: unknown key"),
        ('holds_for = ["good"]', "holds_for = []", 31, "holds for no variant"),
        ('holds_for = ["good"]', 'holds_for = "good"', 37, "valid tuple"),
        ('measure = "page_digest"', "measure = 5", 34, "valid string"),
        ('context = "app"', 'context = "ap"', 3, "the folder labs/ap does not exist"),
        ('"good.Dockerfile"', '"gone.Dockerfile"', 14, "gone.Dockerfile does not exist"),
        ('"views.py"', '"gone.py"', 22, "gone.py does not exist in labs/app"),
        ('"views.py"', '"views.py"\nvariants = ["ugly"]', 23, "there is no variant `ugly`"),
        ('"views.py"', '"views.py"\nvariants = ["bad"]', 26, "leaves out the variant `good`"),
        ("read_only = true", 'variants = ["ugly"]', 42, "there is no variant `ugly`"),
        ('title = "Order"', 'title = "Order"\nprobed.user = ["bad"]', 2, "not among the lab's"),
        ('title = "Order"', f'title = "Order"\n{PROBED}"ugly"]', 3, "there is no variant `ugly`"),
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
    ("old", "new", "where", "says"),
    [
        ('title = "Order another"\n', "", 1, "title: Field required"),
        ('task = "Mend it."', "", 1, "there is no `task`"),
        ('task = "Mend it."', 'task = ""', 1, "there is no `task`"),
        ('task = "Mend it."', 'task = "x"\norder = 10', 5, "order: unknown key"),
        ('task = "Mend it."', 'task = "x"\nheadline = "uid"', 5, "headline: unknown key"),
        ('task = "Mend it."', 'task = "x"\nslug = "x"', 5, "slug: unknown key"),
        ('task = "Mend it."', 'task = "x"\nleaves_out = ["gone"]', 5, "gone does not exist in"),
        ('task = "Mend it."', 'task = "x"\nleaves_out = "gone"', 5, "leaves_out: Input should"),
        ('task = "Mend it."', 'task = "x"\noverlay = "gone"', 5, "folder gone does not exist"),
        ('task = "Mend it."', 'task = "x"\nsecrets = {a = 1}', 5, "secrets.a: Input should be"),
        ('hint = "Look at FROM."', "", 13, "mistake `large` has no hint"),
        ('"good"', '"bad"', 11, "`relative_to` must be `good`"),
        ('"good"', '"god"', 6, "there is no variant `god`"),
        (SIGN, 'sign = "^FROM"', 19, "mistakes.0.sign: Input should be a valid dictionary"),
        (SIGN, 'sign.users = "root"', 19, "mistakes.0.sign.users: unknown key"),
        (SIGN, 'sign = { user = "toor" }', 19, "sign.user: Input should be 'missing', 'root'"),
        (SIGN, "sign.server = {}", 19, "mistakes.0.sign.server.program: Field required"),
        (SIGN, "sign.server = { program = 'x', name = 'y' }", 19, "sign.server.name: unknown key"),
        (SIGN, "sign.left = 'dust'", 19, 'sign.left: Input should be "apt\'s lists"'),
        (SIGN, "sign.base = ['slim', 'fat']", 19, "sign.base.1: Input should be 'full'"),
        (SIGN, "sign.base = []", 19, "sign.base: Value should have at least 1 item"),
        (SIGN, "sign = {}", 19, "a sign names what a Dockerfile shows"),
        (SIGN, "unless = [{ user = 'root', x = 1 }]", 19, "mistakes.0.unless.0.x: unknown key"),
        (SIGN, "failed = { prints = 'no' }", 19, "mistakes.0.failed.does: Field required"),
        (SIGN, FAILED, 13, "`failed` is for a mistake that breaks `builds`"),
        ('breaks = ["small"]', 'breaks = ["builds"]', 13, "`failed` is for a mistake that"),
        ('context = "app"', 'context = "ap"', 3, "the folder labs/ap does not exist"),
        (
            "[[mistakes]]",
            '[variants.bad]\ndockerfile = "Dockerfile"\n[[mistakes]]',
            1,
            "variants: unknown key",
        ),
    ],
)
def test_a_fault_of_an_exercise_is_named_with_its_file_and_line_once(
    labs: Path, old: str, new: str, where: int, says: str
) -> None:
    assert EXERCISE.count(old) == 1, old
    (labs / "order/exercise/exercise.toml").write_text(EXERCISE.replace(old, new))
    (line,) = fault(labs).splitlines()
    assert line.startswith(f"labs/order/exercise/exercise.toml:{where}: ")
    assert says in line


@pytest.mark.parametrize(
    ("settings", "where", "says"),
    [
        ('scanners = ["zap"]', 1, "the probe `web-scan` and the table [scan] go together"),
        ("attacks = 'xss'", 1, "scan.scanners: Field required"),
        ("scanners = []", 2, "scan.scanners: Tuple should have at least 1 item"),
        ('scanners = "zap"', 2, "scan.scanners: Input should be a valid tuple"),
        ('scanners = ["nikto"]', 2, "scan.scanners.0: Input should be 'wapiti' or 'zap'"),
        ('scanners = ["zap"]\nattacks = "some"', 3, "scan.attacks: Input should be 'none', 'xss'"),
        ('scanners = ["zap"]\nattacks = true', 3, "scan.attacks: Input should be 'none', 'xss'"),
        ('scanners = ["zap"]\nenv = { A = 1 }', 3, "scan.env.A: Input should be a valid string"),
        ('scanners = ["zap"]\ncolour = "red"', 3, "scan.colour: unknown key"),
    ],
)
def test_a_fault_of_how_to_scan_is_named_with_its_line(
    labs: Path, settings: str, where: int, says: str
) -> None:
    (labs / "order" / "lab.toml").write_text(f"{TOML}[scan]\n{settings}\n")
    named = f"labs/order/lab.toml:{len(TOML.splitlines()) + where}: {says}"
    assert any(line.startswith(named) for line in fault(labs).splitlines())


@pytest.mark.parametrize("gone", ["Dockerfile", "solution.Dockerfile"])
def test_a_missing_file_of_an_exercise_is_named(labs: Path, gone: str) -> None:
    (labs / "order/exercise" / gone).unlink()
    assert f"the file {gone} does not exist" in fault(labs)


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


def test_two_mistakes_go_by_two_names(labs: Path) -> None:
    mistake = TOML[TOML.index("[[mistakes]]") :]
    (labs / "order" / "lab.toml").write_text(f"{TOML}\n{mistake}")
    (line,) = fault(labs).splitlines()
    assert line == "labs/order/lab.toml:51: mistakes.1: the name `one-more` is in use"


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
