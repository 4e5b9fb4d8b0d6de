// Text to read: code in colours with line numbers, and what differs between two texts.

import { make } from "./html.js";
import { button } from "./lesson.js";
import { diffLines, highlightText } from "./vendored.js";

const LANGUAGES = { dockerfile: "dockerfile", py: "python" };

const languageOf = (name) => LANGUAGES[name.toLowerCase().split(/[./]/).at(-1)] ?? "text";

const lineOf = (html) => {
  const line = make("div", { class: "adv-code__line" });
  // The library escapes what it colours. An empty line needs something to be as high as others.
  line.innerHTML = html || "\u200b";
  return line;
};

// Return a file's text, which scrolls by keys.
export const shownCode = (text, name, label) =>
  make(
    "div",
    { class: "adv-code adv-coloured", role: "region", tabindex: "0", "aria-label": label },
    ...highlightText(text.replace(/\n$/, ""), languageOf(name)).split("\n").map(lineOf),
  );

export const copyButton = (textOf, of) => {
  const made = button("Copy", `Copy: ${of}`, async () => {
    try {
      await navigator.clipboard.writeText(textOf());
      said.textContent = "Copied.";
    } catch {
      said.textContent = "This browser does not let the page copy.";
    }
  });
  const said = make("span", { class: "adv-said", role: "status" });
  return [made, said];
};

const MARKS = {
  added: ["+", "Added: "],
  removed: ["−", "Removed: "],
  same: ["", ""],
};

const linesOf = (value) => value.replace(/\n$/, "").split("\n");

const rowOf = (kind, text) => {
  const [mark, word] = MARKS[kind];
  return make(
    "div",
    { class: `adv-diff__row adv-diff--${kind}` },
    make("span", { class: "adv-diff__mark", "aria-hidden": "true" }, mark),
    ...(word ? [make("span", { class: "adv-unseen" }, word)] : []),
    make(kind === "added" ? "ins" : kind === "removed" ? "del" : "span", { class: "adv-diff__text" }, text || "\u200b"),
  );
};

const counted = (count, word) => `${count} ${count === 1 ? "line" : "lines"} ${word}`;

// Return what became of a text, line by line: marks and words say it, not colours alone.
export const difference = (before, after, label) => {
  const whole = (text) => `${text.replace(/\s+$/, "")}\n`;
  const parts = diffLines(whole(before), whole(after));
  const rows = parts.flatMap(({ added, removed, value }) =>
    linesOf(value).map((line) => rowOf(added ? "added" : removed ? "removed" : "same", line)),
  );
  const count = (kind) => parts.reduce((sum, part) => sum + (part[kind] ? part.count : 0), 0);
  const [added, removed] = [count("added"), count("removed")];
  const sum = added + removed ? `${counted(added, "added")}, ${counted(removed, "removed")}.` : "No difference.";
  return [
    make("p", { class: "adv-diff__sum" }, sum),
    make("div", { class: "adv-diff", role: "region", tabindex: "0", "aria-label": label }, ...rows),
  ];
};
