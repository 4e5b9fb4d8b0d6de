"""The probe `twelve-factor` beside a real PostgreSQL: what no lab of ours shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from engine_project import ROOT

from advices.core import DatabaseDown, Layout
from advices.engine.buildx import BuildOrder, build
from advices.engine.client import DockerEngine, connect
from advices.engine.records import Image
from advices.engine.start import Start
from advices.lab import labfile
from advices.packages import proxy
from advices.probes import twelve_factor, twelve_factor_stage
from advices.probes.subject import Found, Subject
from advices.runs.lifecycle import own_run
from advices.workshop import Workshop

pytestmark = pytest.mark.engine

LABS = ROOT / "labs"
CMD = 'CMD ["gunicorn", "config.wsgi"]'
ALONE = 'CMD ["gunicorn", "--bind", "127.0.0.1:8000", "config.wsgi"]'


@pytest.fixture(scope="module")
def subject() -> Iterator[Callable[[str, str], Subject]]:
    """Return a function that builds the lab's good image with text replaced."""
    engine = connect()
    lab = labfile.read(LABS, "twelve-factor")
    workshop = Workshop(Layout(LABS.parent), print, engine)
    bases = workshop.bases
    with own_run(engine) as run, proxy.for_builds(engine):
        (name,) = {name for name in lab.from_names() if name.startswith("python:")}
        marked = bases.marked(bases.resolve([name])[name], run.id, "test")

        def made(old: str, new: str) -> Subject:
            file = run.scratch / "Dockerfile"
            file.write_text(lab.dockerfile("good").read_text("utf-8").replace(old, new), "utf-8")
            tag = f"docker-advices-run/{run.id}:twelve"
            build(BuildOrder(file, lab.context, tag, {name: marked.image}, run_id=run.id))
            image = engine.image(tag)
            assert isinstance(image, Image)
            return Subject(
                workshop=workshop,
                lab=lab.model_copy(
                    update={"serve": lab.serve.model_copy(update={"timeout_seconds": 4.0})}
                ),
                variant="good",
                targets=(),
                image=image,
                base_ids=marked.diff_ids,
                answered=True,
                run_id=run.id,
                canary="",
                samples=1,
                build_target=lambda _: image,
            )

        yield made


def nothing_left(subject: Subject) -> bool:
    """Return whether only the run's images are left of it."""
    client = subject.engine._docker
    mine = {"label": f"io.docker-advices.run={subject.run_id}"}
    return not client.containers.list(
        all=True, filters=mine, ignore_removed=True
    ) + client.networks.list(filters=mine)


def score(found: Found) -> dict[str, object]:
    return {name: found.values[name] for name in twelve_factor.SCORE if name in found.values}


# What the probe itself tries: the starts of a lab and the probe `stop` measure the others.
TRIED = {
    name: wanted
    for name, wanted in twelve_factor.SCORE.items()
    if name not in ("behaviours", "stop_exit_code")
}


def met(found: Found) -> object:
    return twelve_factor.factors_met(found.values, None)["factors_met"]


def test_the_shipped_project_meets_every_factor_that_is_tried(
    subject: Callable[[str, str], Subject],
) -> None:
    good = subject("", "")
    found = twelve_factor.probe(good)
    assert score(found) == TRIED
    assert met(found) == len(TRIED)
    assert found.values["replicas_answering"] == 2
    assert len(found.timings["attached_first_200_seconds"].samples) == 1
    assert nothing_left(good)


def test_a_container_that_only_talks_to_itself_answers_no_replica(
    subject: Callable[[str, str], Subject],
) -> None:
    alone = subject(CMD, ALONE)
    found = twelve_factor.probe(alone)
    assert found.values["replicas_answering"] == 0
    assert found.values["undeclared_distributions"] == 0
    assert found.values["admin_commands_run"] is True
    assert met(found) == 2
    assert "code_files_changed" not in found.values
    assert found.timings == {}
    assert nothing_left(alone)


def test_an_image_that_takes_no_command_still_has_its_other_factors_tried(
    subject: Callable[[str, str], Subject], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(twelve_factor_stage, "_COMMAND_SECONDS", 8.0)
    found = twelve_factor.probe(
        subject(CMD, 'ENTRYPOINT ["sh", "-c", "exec gunicorn config.wsgi"]')
    )
    assert score(found) == {**TRIED, "admin_commands_run": False}


def test_what_does_not_answer_is_not_started(subject: Callable[[str, str], Subject]) -> None:
    found = twelve_factor.probe(replace(subject("", ""), answered=False))
    assert met(found) == 1
    assert found.values["admin_commands_run"] is False


def test_a_database_that_does_not_start_is_an_error_of_its_own(
    subject: Callable[[str, str], Subject], monkeypatch: pytest.MonkeyPatch
) -> None:
    good = subject("", "")
    start = DockerEngine.start

    def without_password(self: DockerEngine, image: str, *, how: Start, **more: object) -> object:
        kept = {key: value for key, value in how.env.items() if key != "POSTGRES_PASSWORD"}
        return start(self, image, how=replace(how, env=kept), **more)

    monkeypatch.setattr(DockerEngine, "start", without_password)
    with pytest.raises(DatabaseDown, match="POSTGRES_PASSWORD"):
        twelve_factor.probe(good)
    assert nothing_left(good)
