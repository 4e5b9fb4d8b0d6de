// Makes the page of a lab, and the exercise in a chapter, run in the learner's own kernel. Served
// by `./run learn` alone: a published page has none of this and shows what was recorded.

import { Editor } from "./editor.js";
import { Died, Gone, Kernel, Refused } from "./kernel.js";
import { make, Output } from "./output.js";

const BASE = new URL("../", import.meta.url);
const PREPARE = "from advices.learn import cells as _cells; _cells.prepare()";
const slug = /\/(?:labs|chapters)\/([a-z0-9-]+)\/(?:index\.html)?$/.exec(location.pathname)?.[1];
const inJupyterLab = new URL(import.meta.url).searchParams.has("jupyterlab");
const onLabPage = /\/labs\//.test(location.pathname);

const why = (error) => {
  if (error instanceof Gone)
    return "The server is gone. Start `./run learn` again, open the address that it prints, and run the cell once more.";
  if (error instanceof Refused)
    return "The server does not know this browser any more. Open the address that `./run learn` shows in the terminal.";
  if (error instanceof Died)
    return `${error.message} What the cells had computed is lost: run them again from the top.`;
  return error.message;
};

const button = (text, label, act) => {
  const made = make("button", { type: "button", class: "adv-button", "aria-label": label }, text);
  made.addEventListener("click", act);
  return made;
};

class Lesson {
  constructor() {
    this.kernel = new Kernel(BASE, `notebooks/${slug}.ipynb`);
    this.cells = [];
    this.prepared = false;
    this.state = make("span", { class: "adv-bar__state", role: "status" });
    this.preparing = make("span", { class: "adv-bar__preparing" });
    follow(this.preparing);
  }

  async ready() {
    if (!this.prepared) this.state.textContent = "Starting a kernel…";
    const isNew = await this.kernel.start();
    if (!isNew && this.prepared) return;
    const reply = await this.kernel.run(PREPARE, () => {}, { quiet: true });
    if (reply.status === "error") throw new Error(`The kernel cannot be prepared: ${reply.evalue}`);
    const again = isNew && this.prepared;
    this.prepared = true;
    this.state.textContent = again
      ? "The kernel had ended; this is a new one. What cells had computed is gone."
      : "The kernel is running.";
  }

  // The first cell opens the lab. A page that was opened in the middle runs it by itself.
  async opened(cell) {
    const first = this.cells[0];
    if (!first || cell === first || !onLabPage || !cell.isLab) return true;
    const asked = { there: "'lab' in globals()" };
    const reply = await this.kernel.run("", () => {}, { quiet: true, expressions: asked });
    if (reply.user_expressions?.there?.data?.["text/plain"] !== "False") return true;
    return first.run();
  }

  lost(error) {
    this.state.textContent = why(error);
    if (error instanceof Died || error instanceof Gone) this.prepared = false;
  }

  async runAll() {
    for (const cell of this.cells) if (!(await cell.run())) return;
  }

  async restart() {
    try {
      await this.kernel.restart();
    } catch (error) {
      this.lost(error);
      return;
    }
    this.prepared = false;
    for (const cell of this.cells) cell.reset();
    this.state.textContent = "The kernel is new. Run the cells from the top.";
  }
}

// The date that the page's numbers were measured on, as its lines of origin say it.
const measuredOn = () => {
  const found = /Measured (\d{4}-\d{2}-\d{2})/.exec(document.querySelector(".adv-from")?.textContent);
  return found ? ` ${found[1]}` : "";
};

class Cell {
  constructor(lesson, { text, language, name, verb, isLab, recorded, codeOf, solved }) {
    Object.assign(this, { lesson, name, isLab, recorded, codeOf, solved });
    this.editor = new Editor(text, language, `${name}, editable`, () => this.run());
    this.place = make("div", { class: "adv-live", role: "region", "aria-label": `${name}: your run`, hidden: "" });
    this.state = make("span", { class: "adv-cell__state", role: "status" });
    this.go = button(verb, `${verb}: ${name}`, () => this.run());
    this.halt = button("Stop", `Stop: ${name}`, () => this.stop());
    this.back = button("Reset", `Reset: ${name}`, () => this.reset());
    this.halt.hidden = true;
    const bar = make("div", { class: "adv-cell__bar" }, this.go, this.halt, this.back, this.state);
    this.element = make("div", { class: "adv-cell" }, this.editor.element, bar, this.place);
    if (recorded) {
      // What was recorded stays at hand beside the learner's own run.
      this.record = make("details", { class: "adv-record", open: "" }, make("summary", {}, `Recorded${measuredOn()}`), recorded);
    }
  }

  async run() {
    if (this.running) return false;
    this.running = true;
    this.halt.hidden = false;
    this.go.setAttribute("aria-disabled", "true");
    this.state.textContent = "Running…";
    this.place.hidden = false;
    const output = new Output(this.place, this.solved);
    const began = performance.now();
    let well = false;
    try {
      await this.lesson.ready();
      if (await this.lesson.opened(this)) {
        const reply = await this.lesson.kernel.run(this.codeOf(this.editor.text), (type, content) =>
          output.hear(type, content),
        );
        well = reply.status === "ok";
        const took = ((performance.now() - began) / 1000).toFixed(1);
        this.state.textContent = well ? `Done in ${took} s.` : `Ended after ${took} s.`;
        if (this.record && well) this.record.open = false;
      } else {
        output.say("Not run: the lab could not be opened. The first cell says why.", "error");
        this.state.textContent = "Not run.";
      }
    } catch (error) {
      this.lesson.lost(error);
      output.say(why(error), "error");
      this.state.textContent = "Not finished.";
    }
    this.running = false;
    this.halt.hidden = true;
    this.go.removeAttribute("aria-disabled");
    return well;
  }

  async stop() {
    this.state.textContent = "Stopping…";
    this.go.focus();
    try {
      await this.lesson.kernel.interrupt();
    } catch (error) {
      this.lesson.lost(error);
    }
  }

  reset() {
    this.editor.reset();
    if (this.running) return;
    this.place.replaceChildren();
    this.place.hidden = true;
    this.state.textContent = "";
    if (this.record) this.record.open = true;
  }
}

const textOf = (block) => block.querySelector("code").textContent.replace(/\n$/, "");

const isMark = (node, text) => node?.nodeType === Node.COMMENT_NODE && node.data.trim() === text;

// What stands between the marks of an output behind a block of code (src/advices/site/lab_page.py).
const recordedOf = (block) => {
  const found = [];
  let next = block.nextSibling;
  while (isMark(skipBlank(next), "out")) {
    next = skipBlank(next).nextSibling;
    for (; next && !isMark(next, "/out"); next = next.nextSibling) found.push(next);
    next = next?.nextSibling;
  }
  return found;
};

const skipBlank = (node) => {
  while (node?.nodeType === Node.TEXT_NODE && !node.data.trim()) node = node.nextSibling;
  return node;
};

// The lab's cells: each block of code, with what was recorded of it behind it.
const labCells = (lesson) => {
  for (const block of document.querySelectorAll(".md-content .language-python.highlight")) {
    const found = recordedOf(block);
    const recorded = found.length ? make("div") : null;
    const cell = new Cell(lesson, {
      ...{ text: textOf(block), language: "python", name: `Cell ${lesson.cells.length + 1}` },
      ...{ verb: "Run", isLab: true, recorded, codeOf: (text) => text },
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
  const cell = new Cell(lesson, {
    ...{ text: textOf(block), language: "dockerfile", name: "Your Dockerfile", verb: "Check" },
    codeOf: (text) => `_cells.check(${JSON.stringify(of)}, ${JSON.stringify(text)})`,
    solved: () => document.dispatchEvent(new CustomEvent("advices:solved", { detail: { slug: of } })),
  });
  const key = `advices:draft:${BASE.pathname}:${of}`;
  // What the learner wrote outlives the page, where the browser lets it.
  try {
    cell.editor.text = localStorage.getItem(key) ?? cell.editor.text;
    cell.editor.field.addEventListener("input", () => localStorage.setItem(key, cell.editor.text));
    cell.back.addEventListener("click", () => localStorage.removeItem(key));
  } catch {
    // Blocked storage: the draft lives as long as the page.
  }
  block.replaceWith(cell.element);
};

// What the server prepares from its start on: the engine, then the images that cells stand on.
const follow = async (place) => {
  for (;;) {
    const answer = await fetch(new URL("learn-preparing", BASE)).catch(() => null);
    if (!answer?.ok) return;
    const { state, says, seconds } = await answer.json();
    place.textContent =
      state === "preparing"
        ? `Being prepared for ${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")} min: ${says}. Read on: what you run waits until it is there.`
        : state === "failed"
          ? `What cells need could not be prepared: ${says}`
          : "";
    if (state !== "preparing") return;
    await new Promise((later) => setTimeout(later, 2000));
  }
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
    lesson.preparing,
  );

const place = document.querySelector("[data-exercise]");
if (slug && (onLabPage || place)) {
  const lesson = new Lesson();
  if (onLabPage) labCells(lesson);
  if (place) exercise(lesson, place);
  const title = document.querySelector(".md-content h1");
  (onLabPage ? title : place.querySelector(".adv-cell"))?.[onLabPage ? "after" : "before"](bar(lesson));
}
