// A check that goes on: its claims as they are decided. And one that was not measured again.

import { make } from "./html.js";
import { button, clockTime } from "./lesson.js";

const row = ({ says, holds, yours, reference, limit }) =>
  holds === undefined
    ? make("li", { class: "adv-pending" }, `Being measured: ${says}`)
    : make(
        "li",
        { class: holds ? "adv-met" : "adv-unmet" },
        make("strong", {}, holds ? "Met: " : "Not met: "),
        `${says} `,
        make("span", { class: "adv-verdict__values" }, `Yours: ${yours}. Solution: ${reference}. Limit: ${limit}.`),
      );

export const soFar = ({ rows }) =>
  make("div", { class: "adv-verdict adv-so-far" }, make("ul", {}, ...rows.map(row)));

// The place of a run shows what is known by now: what was decided before is in it. What is not
// decided when a run has failed is not measured any more.
export const forgetSoFar = (place) => place.querySelector(".adv-so-far")?.remove();
export const giveUpPending = (place) => {
  for (const one of place.querySelectorAll(".adv-pending")) one.remove();
};

// Return a verdict, and above it, where it was not measured now, since when it is known.
export const dated = (element, { measured }) => {
  if (!measured) return element;
  const at = new Date(measured);
  const again = button("Measure again", "Measure again: Your Dockerfile", () =>
    again.dispatchEvent(new CustomEvent("advices:again", { bubbles: true })),
  );
  const says = `Unchanged, so not measured again: this is what it was on ${at.toLocaleDateString("en-CA")} at ${clockTime(at)}. `;
  element.prepend(make("p", { class: "adv-measured" }, says, again));
  return element;
};

// Return a verdict with how the learner's page differs from the solution's, line by line.
export const compared = (element, { difference }) => {
  if (!difference) return element;
  const lines = difference.split("\n").map((line) => {
    const kind = line.startsWith("+") ? "adv-plus" : line.startsWith("-") ? "adv-minus" : "adv-same";
    return make("span", { class: kind }, line);
  });
  const says = "How your page differs from the solution's: - is the solution's line, + is yours.";
  element.querySelector("ul").after(make("p", {}, says), make("pre", { class: "adv-differs", tabindex: "0" }, ...lines));
  return element;
};

// Let the button in a verdict run its cell once more, and measure. Return what the call says then.
export const measuresAgain = (cell) => {
  let asked = false;
  cell.place.addEventListener("advices:again", () => {
    asked = true;
    cell.run().finally(() => (asked = false));
  });
  return () => (asked ? ", 1" : "");
};
