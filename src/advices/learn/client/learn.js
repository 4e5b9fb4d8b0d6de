// Makes the page of a lab, and the exercise in a chapter, run in the learner's own kernel. Served
// by `./run learn` alone: a published page has none of this and shows what was recorded.

import { auditPage } from "./audit.js";
import { Cell } from "./cell.js";
import { classBar, tellsEnd, tellsOpened } from "./classroom.js";
import { measuresAgain } from "./deciding.js";
import { nextExercise, withoutCommands } from "./commands.js";
import { make } from "./html.js";
import { kept } from "./kept.js";
import { wayBack } from "./hub.js";
import { button, Lesson } from "./lesson.js";
import { prepared } from "./preparing.js";
import { recordedOf, textOf } from "./recorded.js";
import { BASE, inSeat } from "./server.js";
import { tellWhoWaited } from "./waited.js";
import { workbench } from "./workbench.js";
import { warmedByWriting } from "./warm.js";

// All scripts came: from here on a fault is no reason to fetch them again.
window.advicesLive = true;

const slug = /\/(?:labs|chapters)\/([a-z0-9-]+)\/(?:index\.html)?$/.exec(location.pathname)?.[1];
const inJupyterLab = Boolean(document.querySelector('meta[name="advices-jupyterlab"]'));
const onLabPage = /\/labs\//.test(location.pathname);

// The lab's cells: each block of code, with what was recorded of it behind it.
const labCells = (lesson) => {
  for (const block of document.querySelectorAll(".md-content .language-python.highlight")) {
    const found = recordedOf(block);
    const recorded = found.length ? make("div") : null;
    const key = `${lesson.cells.length + 1}`;
    const cell = new Cell(lesson, {
      ...{ text: textOf(block), language: "python", name: `Cell ${key}`, key, verb: "Run", recorded },
      ...{ codeOf: (text) => text, textOf: (code) => code },
      // Without the first cell there is no lab to measure.
      ...{ asks: "'lab' in globals()", opens: lesson.cells[0] },
    });
    lesson.cells.push(cell);
    block.replaceWith(cell.element);
    recorded?.append(...found);
    if (recorded) cell.element.after(cell.record);
  }
};

const exercise = (lesson, place) => {
  const block = place.querySelector(".highlight");
  const of = place.dataset.exercise;
  const draft = kept("draft", of);
  const last = kept("verdict", of);
  const older = make("p", { class: "adv-older", role: "status" });
  const cell = new Cell(lesson, {
    ...{ text: textOf(block), language: "dockerfile", name: "Your Dockerfile", key: "check", verb: "Check" },
    codeOf: (text) => `_cells.check(${JSON.stringify(of)}, ${JSON.stringify(text)}${again()})`,
    textOf: (code) => JSON.parse(`[${code.slice("_cells.check(".length, -1)}]`)[1],
    solved: () => document.dispatchEvent(new CustomEvent("advices:solved", { detail: { slug: of } })),
    ended: (said) => {
      if (said.messages.length) last.set(JSON.stringify(said));
      bench.ended(said);
      tellsEnd(of, said);
    },
  });
  const again = measuresAgain(cell);
  warmedByWriting(lesson, cell, of);
  const compare = () => {
    const other = cell.of !== undefined && cell.of !== cell.editor.text;
    older.textContent = other ? "What is shown below is about another text than the one above: Check again." : "";
  };
  cell.editor.text = draft.get() ?? cell.editor.text;
  cell.editor.field.addEventListener("input", () => {
    draft.set(cell.editor.text);
    compare();
  });
  cell.back.addEventListener("click", () => {
    draft.remove();
    last.remove();
    compare();
  });
  cell.place.before(older);
  cell.last = () => last.data();
  cell.about = compare;
  const bench = workbench(cell, of, (said) => {
    last.set(JSON.stringify(said));
    cell.restore(said);
  });
  lesson.cells.push(cell);
  block.replaceWith(
    make("p", {}, "Change the Dockerfile and press Check, as often as you like. It is built and measured, and each claim is shown with your value, the solution's and the limit, and with a hint for each mistake that is known."),
    cell.element,
  );
};

// Show again what this tab ran before it was loaded again, what runs now, and the last verdict.
const takeUp = async (lesson) => {
  await lesson.look((runs) => {
    for (const run of runs) {
      const [, tab, key] = run.id.split(".");
      const cell = lesson.cells.find((one) => one.key === key);
      const runsNow = run.took === null && !run.lost;
      if (!cell || (tab !== lesson.tab && !runsNow) || cell.last?.()?.id === run.id) continue;
      cell.adopt(run);
    }
  });
  for (const cell of lesson.cells) if (cell.of === undefined && cell.last?.()) cell.restore(cell.last());
  // Behind what the runs above say of themselves.
  setTimeout(() => tellWhoWaited(lesson));
};

const bar = (lesson) =>
  make(
    "div",
    { class: "adv-bar", role: "region", "aria-label": "Your kernel" },
    make("p", {}, onLabPage ? "The cells run on your machine." : "The exercise runs on your machine."),
    ...(onLabPage ? [button("Run all", "Run all cells", () => lesson.runAll())] : []),
    button("Restart the kernel", "Restart the kernel", () => lesson.restart()),
    ...(inJupyterLab
      ? [
          make(
            "a",
            { class: "adv-button", href: new URL(`lab/tree/notebooks/${slug}.ipynb`, BASE).href },
            "Open in JupyterLab",
          ),
        ]
      : []),
    lesson.state,
    prepared(),
  );

// The first page says that this is no published site.
const live = () =>
  make(
    "div",
    { class: "adv-bar", role: "region", "aria-label": "This site runs" },
    make("p", {}, `This site is live: its labs and exercises run ${inSeat ? "in your seat" : "on your machine"}.`),
    make("span", { class: "adv-bar__state" }, "On a lab's page each cell has a Run button; in a chapter the exercise has an editor and a Check button."),
    nextExercise(),
    prepared(),
  );

wayBack();
withoutCommands();
const place = document.querySelector("[data-exercise]");
const title = document.querySelector(".md-content h1");
// The title of the first page is a part of its picture.
classBar(document.querySelector(".adv-hero") ?? title);
if (slug && (onLabPage || place)) {
  const lesson = new Lesson(slug);
  if (onLabPage) labCells(lesson);
  if (place) exercise(lesson, place);
  if (place) tellsOpened(place.dataset.exercise);
  if (onLabPage) title?.after(bar(lesson));
  else place.querySelector(".adv-cell").before(bar(lesson));
  takeUp(lesson);
} else if (document.getElementById("adv-audit")) {
  auditPage(document.getElementById("adv-audit"));
} else if (document.querySelector(".adv-hero")) {
  document.querySelector(".adv-hero").before(live());
}
