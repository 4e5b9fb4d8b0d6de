// What the cells of a page have in common: their kernel, whose turn it is, and what the bar says.

import { make } from "./html.js";
import { locks, uuid as random } from "./insecure.js";
import { Kernel } from "./kernel.js";
import { update } from "./output.js";
import { BASE, why } from "./server.js";

const PREPARE = "from advices.learn import cells as _cells; _cells.prepare()";
// Beside what the kernel says by itself: it may have been ended for idling.
const LOOK_AGAIN_SECONDS = 60;
const WAITING_SECONDS = 5;

export const button = (text, label, act) => {
  const made = make("button", { type: "button", class: "adv-button", "aria-label": label }, text);
  made.addEventListener("click", act);
  return made;
};

// The same after a reload, another in another tab.
const ofThisTab = () => {
  try {
    sessionStorage["advices:tab"] ??= random();
    return sessionStorage["advices:tab"];
  } catch {
    return random();
  }
};

export const clockTime = (since) => new Date(since).toLocaleTimeString("en-GB");

// Seconds that go on, silent for who listens to the page: they are not told each second.
export class Seconds {
  element = make("span", { role: "timer", class: "adv-seconds" });
  #timer = null;

  from(since) {
    const show = () => (this.element.textContent = `${Math.max(0, Math.floor((Date.now() - since) / 1000))} s`);
    this.stop();
    this.#timer = setInterval(show, 1000);
    show();
  }

  stop() {
    clearInterval(this.#timer);
    this.element.textContent = "";
  }
}

export class Lesson {
  cells = [];
  restarting = false;
  tab = ofThisTab();
  #slug;
  #seconds = new Seconds();
  #ran = false;
  #wakers = new Set();
  #announced = null;

  constructor(slug) {
    this.#slug = slug;
    this.kernel = new Kernel(`notebooks/${slug}.ipynb`, {
      changed: (error) => (error ? this.lost(error) : this.#show()),
      renewed: () => this.#ran && this.say("The kernel is a new one. What cells had computed is gone."),
      updated: update,
    });
    this.notice = make("span", { role: "status" });
    this.does = make("span");
    this.halt = button("Stop", "Stop what the kernel runs", () => this.interrupt());
    this.halt.hidden = true;
    this.state = make("span", { class: "adv-bar__state" }, this.notice, " ", this.does, " ", this.#seconds.element, " ", this.halt);
    this.others = new BroadcastChannel(this.#name);
    this.others.onmessage = ({ data }) => {
      this.restarting ||= data === "restarting";
      // What it ended is known, once the server has been asked.
      this.look().then(() => (this.restarting &&= data !== "restarted"));
    };
    document.addEventListener("visibilitychange", () => document.hidden || this.look());
    setInterval(() => document.hidden || this.look(), 1000 * LOOK_AGAIN_SECONDS);
  }

  get #name() {
    return `advices:kernel:${BASE.pathname}:${this.#slug}`;
  }

  async look(runs) {
    try {
      await this.kernel.look(runs);
    } catch (error) {
      this.lost(error);
    }
  }

  say(text) {
    this.notice.textContent = text;
  }

  lost(error) {
    this.say(why(error));
    this.#show();
  }

  // What a page ran, by its id: adv.<tab>.<cell>.<random>, as src/advices/learn/runs.py reads it.
  idFor(cell) {
    return `adv.${this.tab}.${cell.key}.${random()}`;
  }

  // In words what an id stands for, and whether it is shown in this page.
  named(id) {
    const [mark, tab, key] = id.split(".");
    if (mark === "quiet") return ["what prepares it", true];
    if (mark !== "adv") return ["something that was started elsewhere", false];
    const here = this.cells.find((cell) => cell.runs === id);
    const name = key === "check" ? "the check of the exercise" : `cell ${key}`;
    return [here ? name : `${name} of ${tab === this.tab ? "another page" : "another tab"}`, Boolean(here)];
  }

  whatRuns() {
    return this.kernel.busy ? this.named(this.kernel.busy.id)[0] : "";
  }

  #show() {
    const { busy, exists } = this.kernel;
    const [name, here] = busy ? this.named(busy.id) : [];
    this.#announce(busy && here ? busy.id : null);
    this.halt.hidden = !busy || here;
    if (busy?.since) this.#seconds.from(busy.since);
    else this.#seconds.stop();
    this.does.textContent = busy
      ? `The kernel runs ${name}${busy.since ? ` since ${clockTime(busy.since)}` : ""}.`
      : exists
        ? "The kernel is idle."
        : "No kernel runs yet: the first cell that you run starts one.";
    for (const wake of [...this.#wakers]) wake();
    for (const cell of this.cells) cell.waits(name);
  }

  // Other tabs ask the server then: one that came in the moment before a run began hears nothing of
  // it, since Jupyter lets a new line to the kernel hear only once the kernel has answered on it.
  #announce(mine) {
    if (mine === this.#announced) return;
    this.#announced = mine;
    this.others.postMessage("changed");
  }

  // Do something when no other cell runs, of this tab or another. A signal takes it out of the queue.
  async inTurn(signal, act) {
    return locks.request(this.#name, { signal }, async () => {
      while (this.kernel.busy) {
        await this.#change(signal);
        signal.throwIfAborted();
      }
      return act();
    });
  }

  #change(signal) {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#wakers.delete(wake);
        signal.removeEventListener("abort", wake);
        resolve();
      };
      // Should the end of what runs not have been heard, the server knows it.
      const timer = setTimeout(() => this.look().then(wake), 1000 * WAITING_SECONDS);
      this.#wakers.add(wake);
      signal.addEventListener("abort", wake);
    });
  }

  // Start the kernel if there is none, and let it show what the page can; return what `asked` is there.
  async ready(asked) {
    this.say(this.kernel.exists ? "" : "Starting a kernel…");
    // Two may ask at once: what one of them ran was not lost with a kernel of before.
    const ran = this.#ran;
    const isNew = await this.kernel.start();
    const reply = await this.quietly(PREPARE, { asked });
    if (reply.status === "error") throw new Error(`The kernel cannot be prepared: ${reply.evalue}`);
    if (isNew) {
      this.say(ran ? "The kernel had ended; this is a new one. What cells had computed is gone." : "");
      this.others.postMessage("started");
    }
    this.#ran = true;
    return reply.user_expressions?.asked?.data?.["text/plain"];
  }

  // Run what no cell asked for, and return the kernel's reply.
  quietly(code, expressions) {
    return this.kernel.run(code, { id: `quiet.${random()}`, expressions, shows: false });
  }

  // What waits in this tab behind a cell that failed is not run.
  dropWaiting(because) {
    for (const cell of this.cells) cell.drop(because);
  }

  async interrupt() {
    this.say("Stopping…");
    try {
      await this.kernel.interrupt();
      this.say("");
    } catch (error) {
      this.lost(error);
    }
  }

  async runAll() {
    for (const cell of this.cells) if (!(await cell.run())) return;
  }

  async restart() {
    this.dropWaiting("the kernel was restarted");
    const said = this.cells.filter((cell) => cell.runs || cell.key === "check");
    this.restarting = true;
    this.others.postMessage("restarting");
    let there;
    try {
      there = await this.kernel.restart();
    } catch (error) {
      this.lost(error);
      return;
    } finally {
      this.others.postMessage("restarted");
      // Once the cells that it ended have heard of it.
      setTimeout(() => (this.restarting = false));
    }
    if (!there) {
      this.say("There is no kernel to restart.");
      return;
    }
    this.#ran = false;
    // What ran says that it has no end; a verdict is about a text, whatever the kernel knows.
    for (const cell of this.cells) if (!said.includes(cell)) cell.clear();
    this.say("The kernel is new. Run the cells from the top.");
  }
}
