// What a cell printed, as part of the page.

import { compared, dated, forgetSoFar, giveUpPending, soFar } from "./deciding.js";
import { fromHtml, make } from "./html.js";
import { bare, Lines } from "./printed.js";
import { fault, verdict } from "./verdict.js";
import { waiting, waitsNoMore } from "./waiting.js";

const MOST_CHARACTERS = 200_000;
const MOST_LOG_LINES = 500;
const CHECKED = "application/vnd.advices.checked+json";
const SO_FAR = "application/vnd.advices.so-far+json";
const WAITING = "application/vnd.advices.waiting+json";
const FAULT = "application/vnd.advices.fault+json";
const PICTURES = ["image/svg+xml", "image/png", "image/jpeg"];

// What is displayed under a name can be changed later, by any cell.
const displays = new Map();

const remember = (name, element) => {
  const there = (displays.get(name) ?? []).filter((one) => one.isConnected);
  displays.set(name, [...there, element]);
};

const joined = (text) => [text ?? ""].flat().join("");

// Return what is drawn of an output, or null if it is text only.
const drawn = (data) => {
  const picture = PICTURES.find((kind) => kind in data);
  if (CHECKED in data) return compared(dated(verdict(data[CHECKED]), data[CHECKED]), data[CHECKED]);
  if (SO_FAR in data) return soFar(data[SO_FAR]);
  if (WAITING in data) return waiting(data[WAITING]);
  if (FAULT in data) return fault(data[FAULT]);
  if ("text/html" in data) {
    const html = joined(data["text/html"]).slice(0, MOST_CHARACTERS);
    return make("div", { class: "adv-live__html" }, fromHtml(html));
  }
  if (!picture) return null;
  const of = joined(data[picture]);
  const coded = picture === "image/svg+xml" ? `,${encodeURIComponent(of)}` : `;base64,${of.trim()}`;
  // In an image nothing of it can run.
  return make("img", { src: `data:${picture}${coded}`, alt: joined(data["text/plain"] ?? "a picture") });
};

const asText = (data) =>
  make("pre", { class: "adv-live__text", tabindex: "0" }, bare(joined(data["text/plain"])).slice(0, MOST_CHARACTERS));

export const update = ({ data, transient }) => {
  for (const one of displays.get(transient?.display_id) ?? []) one.replaceChildren(drawn(data) ?? asText(data));
};

// Where one cell's output goes. `solved` hears that an exercise was.
export class Output {
  #place;
  #solved;
  #left;
  #clear;
  #text;
  #log;

  constructor(place, solved = () => {}) {
    this.#place = place;
    this.#solved = solved;
    this.empty();
  }

  static tellsFault(type, content) {
    return type === "error" || Boolean(content.data && FAULT in content.data);
  }

  empty() {
    waitsNoMore(this.#place);
    this.#place.replaceChildren();
    this.#left = MOST_CHARACTERS;
    this.#clear = false;
    this.#text = this.#log = null;
  }

  hear(type, content) {
    waitsNoMore(this.#place);
    if (type === "clear_output") {
      if (content.wait) this.#clear = true;
      else this.empty();
      return;
    }
    if (this.#clear) this.empty();
    if (type === "stream" && content.name === "stderr") this.#progress(content.text);
    else if (type === "stream") this.#print(content.text);
    else if (type === "execute_result" || type === "display_data") this.#data(content);
    else if (type === "error") this.#error(content);
  }

  say(text, kind = "note") {
    waitsNoMore(this.#place);
    this.#place.append(make("p", { class: `adv-live__${kind}` }, text));
  }

  // The beginning of what is too long, once with a note that it is not all.
  #print(text) {
    if (this.#left <= 0) return;
    if (!this.#text || this.#place.lastElementChild !== this.#text.pre) {
      const last = document.createTextNode("");
      const pre = make("pre", { class: "adv-live__text", tabindex: "0" }, last);
      this.#place.append(pre);
      this.#text = { pre, last, lines: new Lines() };
    }
    const { last, lines } = this.#text;
    const ended = lines.take(text).map((line) => `${line}\n`).join("").slice(0, this.#left);
    this.#left -= ended.length;
    last.before(ended);
    last.data = lines.open.slice(0, this.#left);
    if (last.length >= this.#left) this.#cut();
  }

  #cut() {
    this.#left = 0;
    this.say(`Cut after ${MOST_CHARACTERS.toLocaleString("en")} characters: the cell printed more than a page can show.`);
  }

  // Progress: the last line is seen, those before at a click.
  #progress(text) {
    if (text.includes("IOPub data rate exceeded")) {
      this.say("Cut: the cell prints faster than the server passes on.");
      return;
    }
    if (!this.#log) {
      const pre = make("pre", { tabindex: "0" });
      const last = make("summary", { "aria-live": "polite" });
      this.#log = { pre, last, lines: new Lines(), all: [] };
    }
    const { pre, last, lines, all } = this.#log;
    all.push(...lines.take(text).filter((line) => line.trim()));
    all.splice(0, all.length - MOST_LOG_LINES);
    const shown = lines.open.trim() ? [...all, lines.open] : all;
    if (!shown.length) return;
    if (!pre.isConnected) this.#place.append(make("details", { class: "adv-live__log" }, last, pre));
    last.textContent = shown.at(-1).slice(0, 300);
    pre.textContent = shown.join("\n");
  }

  #data({ data, transient }) {
    const name = transient?.display_id;
    const element = drawn(data);
    if (SO_FAR in data || CHECKED in data) forgetSoFar(this.#place);
    if (FAULT in data) giveUpPending(this.#place);
    if (data[CHECKED]?.solved) this.#solved();
    if (name) {
      const around = make("div", {}, element ?? asText(data));
      this.#place.append(around);
      remember(name, around);
    } else if (element) this.#place.append(element);
    else this.#print(`${joined(data["text/plain"])}\n`);
  }

  #error({ ename, evalue, traceback }) {
    giveUpPending(this.#place);
    if (ename === "KeyboardInterrupt") {
      this.say("Stopped.", "error");
      return;
    }
    const trace = bare((traceback ?? []).join("\n")).slice(0, 20_000);
    this.#place.append(
      make(
        "div",
        { class: "adv-live__error" },
        make("p", {}, make("strong", {}, ename), evalue ? `: ${evalue}` : ""),
        make("details", {}, make("summary", {}, "Where it happened"), make("pre", { tabindex: "0" }, trace)),
      ),
    );
  }
}
