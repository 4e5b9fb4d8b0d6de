// One cell, or an exercise's editor: its code, its buttons, and what its runs show.

import { copyButton } from "./code.js";
import { Editor } from "./editor.js";
import { make } from "./html.js";
import { button, clockTime, Seconds } from "./lesson.js";
import { Output } from "./output.js";
import { engineStarted } from "./preparing.js";
import { Died, why } from "./server.js";
import { beginsToWait, waitsNoMore } from "./waited.js";

// The date that the page's numbers were measured on, as its lines of origin say it.
const measuredOn = () => {
  const found = /Measured (\d{4}-\d{2}-\d{2})/.exec(document.querySelector(".adv-from")?.textContent);
  return found ? ` ${found[1]}` : "";
};

const failed = (messages) => messages.some(([type, content]) => Output.tellsFault(type, content));

export class Cell {
  #turn = null;
  #of;
  #sent = false;
  #stopped = false;
  #seconds = new Seconds();

  // `key` names it in ids; `codeOf` makes code of its text and `textOf` text of that again; `asks`
  // is what must be there, `opens` the cell that brings it. `ended` hears each run that ended.
  constructor(lesson, { text, language, name, key, verb, recorded, codeOf, textOf, asks, opens, solved, ended }) {
    Object.assign(this, { lesson, name, key, recorded, codeOf, textOf, asks, opens, solved, ended });
    this.runs = null;
    this.editor = new Editor(text, language, `${name}, editable`, () => this.run());
    this.place = make("div", { class: "adv-live", role: "region", "aria-label": `${name}: your run`, hidden: "" });
    this.state = make("span", { class: "adv-cell__state", role: "status" });
    this.go = button(verb, `${verb}: ${name}`, () => this.run());
    this.halt = button("Stop", `Stop: ${name}`, () => this.stop());
    this.back = button("Reset", `Reset: ${name}`, () => this.reset());
    this.halt.hidden = true;
    const bar = make("div", { class: "adv-cell__bar" }, this.go, this.halt, this.back, ...copyButton(() => this.editor.text, name), this.state, this.#seconds.element);
    this.element = make("div", { class: "adv-cell" }, this.editor.element, bar, this.place);
    if (recorded) {
      // What was recorded stays at hand beside the learner's own run.
      this.record = make("details", { class: "adv-record", open: "" }, make("summary", {}, `Recorded${measuredOn()}`), recorded);
    }
  }

  // The text that its last run was of.
  get of() {
    return this.#of;
  }

  set of(text) {
    this.#of = text;
    this.about?.();
  }

  // Run it when it is its turn; return whether it ended well.
  async run() {
    if (this.#turn || this.runs) return false;
    const turn = (this.#turn = new AbortController());
    this.#isOn(true);
    this.waits(this.lesson.whatRuns());
    beginsToWait(this);
    try {
      return await this.lesson.inTurn(turn.signal, () => {
        this.#turn = null;
        waitsNoMore(this);
        return this.perform();
      });
    } catch (error) {
      waitsNoMore(this);
      if (!turn.signal.aborted) throw error;
      this.#turn = null;
      this.#isOn(false);
      this.state.textContent = `Not run: ${turn.signal.reason}.`;
      return false;
    }
  }

  // Run it now.
  async perform() {
    const id = (this.runs = this.lesson.idFor(this));
    this.of = this.editor.text;
    this.#sent = this.#stopped = false;
    this.#isOn(true);
    this.#seconds.from(Date.now());
    this.state.textContent = "Running…";
    const shown = this.#shown();
    const began = performance.now();
    return this.#until(shown, id, async () => {
      await engineStarted((what) => this.place.append(what), () => this.#stopped);
      if (this.#stopped) return "Not run: stopped before it began.";
      if (!(await this.#opened())) {
        shown.output.say("Not run: the lab could not be opened. The first cell says why.", "error");
        return "Not run.";
      }
      if (this.#stopped) return "Not run: stopped before it began.";
      this.#sent = true;
      const reply = await this.lesson.kernel.run(this.codeOf(this.of), {
        ...{ id, on: shown.on, again: shown.again },
      });
      if (reply?.status === "aborted")
        return "Not run: a cell that ran before it failed, and the kernel dropped what waited behind it.";
      return this.#told(reply ? reply.status === "ok" : !failed(shown.messages), (performance.now() - began) / 1000);
    });
  }

  // Show a run of before this page was loaded; one that still runs is heard to its end.
  async adopt(run) {
    if (this.#turn || this.runs) return;
    this.of = this.textOf(run.code);
    // The exercise's draft may have gone on since: it is kept by itself.
    if (this.key !== "check") this.editor.text = this.of;
    const shown = this.#shown();
    shown.again(run.messages);
    this.runs = run.id;
    this.#sent = true;
    const well = () => !failed(shown.messages);
    await this.#until(shown, run.id, async () => {
      if (run.lost) return "Not finished: the kernel was restarted.";
      if (run.took !== null) return this.#told(well(), run.took);
      this.#isOn(true);
      this.#seconds.from(run.since);
      this.state.textContent = "Running…";
      await this.lesson.kernel.follow(run, shown);
      // What the kernel says while the line to it is being laid is heard by the server alone.
      await this.lesson.look((runs) => {
        const whole = runs.find((one) => one.id === run.id);
        if (whole) shown.again(whole.messages);
      });
      return this.#told(well(), (Date.now() - run.since) / 1000);
    });
  }

  // Show what a run of another day said: messages, and for which text.
  restore({ of, at, messages }) {
    this.of = of;
    const shown = this.#shown();
    shown.again(messages);
    const day = new Date(at).toLocaleDateString("en-CA");
    this.state.textContent = `Checked on ${day} at ${clockTime(at)}.`;
  }

  #shown() {
    const output = new Output(this.place, this.solved);
    const shown = { output, messages: [] };
    shown.on = (type, content) => {
      shown.messages.push(...(type === "stream" ? [] : [[type, content]]));
      output.hear(type, content);
    };
    shown.again = (messages) => {
      output.empty();
      shown.messages.length = 0;
      for (const [type, content] of messages) shown.on(type, content);
    };
    this.place.hidden = false;
    return shown;
  }

  // Wait for the end of a run, say it, and return whether it was a good one.
  async #until(shown, id, ends) {
    let said = "Not finished.";
    try {
      const end = await ends();
      // A restart begins with an interrupt.
      if (this.lesson.restarting && !end.startsWith("Done")) throw new Died("The kernel was restarted.");
      said = end;
    } catch (error) {
      this.lesson.lost(error);
      shown.output.say(why(error), "error");
    }
    const well = said.startsWith("Done");
    this.runs = null;
    this.#isOn(false);
    this.state.textContent = said;
    if (this.record && well) this.record.open = false;
    if (!well) this.lesson.dropWaiting(`${this.name} ${this.#stopped ? "was stopped" : "failed"} before it`);
    this.ended?.({ id, of: this.of, at: Date.now(), messages: shown.messages });
    return well;
  }

  #told(well, seconds) {
    return `${well ? "Done in" : this.#stopped ? "Not finished: stopped after" : "Ended after"} ${seconds.toFixed(1)} s.`;
  }

  // The first cell opens the lab. A page that was opened in the middle runs it by itself.
  async #opened() {
    const there = await this.lesson.ready(this.asks ?? "True");
    return there !== "False" || !this.opens || this.opens === this || this.opens.perform();
  }

  #isOn(on) {
    this.halt.hidden = !on;
    if (on) this.go.setAttribute("aria-disabled", "true");
    else {
      this.go.removeAttribute("aria-disabled");
      this.#seconds.stop();
    }
  }

  // Say what it waits for.
  waits(name) {
    if (this.#turn && name) this.state.textContent = `Waiting for ${name}. Stop takes this one out.`;
    else if (this.#turn) this.state.textContent = "Waiting…";
  }

  drop(because) {
    this.#turn?.abort(because);
  }

  // It stops its own run only: the kernel may be busy with another cell, of another tab.
  async stop() {
    this.go.focus();
    if (this.#turn) return this.drop("taken out before it began");
    const { busy } = this.lesson.kernel;
    if (this.#sent && busy && busy.id !== this.runs) {
      this.state.textContent = `The kernel runs ${this.lesson.named(busy.id)[0]}, and this one waits in it. Stop that one.`;
      return undefined;
    }
    this.#stopped = true;
    this.state.textContent = "Stopping…";
    if (this.#sent) await this.lesson.interrupt();
    return undefined;
  }

  reset() {
    this.editor.reset();
    this.clear();
  }

  // Take away what its last run showed.
  clear() {
    if (this.runs || this.#turn) return;
    this.place.replaceChildren();
    this.place.hidden = true;
    this.of = undefined;
    this.state.textContent = "";
    if (this.record) this.record.open = true;
  }
}
