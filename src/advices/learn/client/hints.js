// A hint in steps: what is measured, where to look, what is wrong there. The next one comes at a press.

import { make } from "./html.js";
import { button } from "./lesson.js";

// How far each hint was opened in this tab: it stays so when the same hint comes again.
const opened = (id, count) => {
  const key = `advices:hint:${location.pathname}:${id}`;
  try {
    if (count) sessionStorage[key] = count;
    return Number(sessionStorage[key] ?? 1);
  } catch {
    return count ?? 1;
  }
};

const chapterSays = () =>
  document.getElementById("why") ? [" The chapter says what decides it: ", make("a", { href: "#why" }, "Why"), "."] : [];

// What stands in backticks, as code.
const coded = (text) => text.split(/`([^`]+)`/).map((part, at) => (at % 2 ? make("code", {}, part) : part));

const stepped = ({ id, nudge, place, line }) => {
  const steps = [[...coded(nudge), ...chapterSays()], ...(place ? [[place]] : []), coded(line)];
  const list = make("ol", { class: "adv-hint__steps" });
  const open = () => {
    const step = steps[list.childElementCount];
    list.append(make("li", {}, make("strong", {}, "Hint: "), ...step));
    const left = steps.length - list.childElementCount;
    more.textContent = `Next hint (${left} more)`;
    more.hidden = !left;
  };
  const more = button("Next hint", "", () => {
    open();
    opened(id, list.childElementCount);
    const last = list.lastElementChild;
    last.tabIndex = -1;
    last.focus();
  });
  more.removeAttribute("aria-label");
  for (let count = Math.min(opened(id), steps.length); count > 0; count -= 1) open();
  return make("div", { class: "adv-hint" }, list, more);
};

// One whole sentence is what the page kept of a verdict before hints had steps.
export const hinted = (hints) =>
  hints.map((hint) => (typeof hint === "string" ? make("p", { class: "adv-hint" }, make("strong", {}, "Hint: "), hint) : stepped(hint)));
