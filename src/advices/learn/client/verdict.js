// What a check found, claim by claim, and a fault that was foreseen, in words.

import { hinted } from "./hints.js";
import { make } from "./html.js";

// Of an image that did not answer, what was seen of it comes first.
export const verdict = ({ solved, fault: seen, rows, hints }) => {
  const first = seen ? [make("pre", { class: "adv-live__error" }, seen)] : [];
  const list = rows.map((row) =>
    make(
      "li",
      { class: row.holds ? "adv-met" : "adv-unmet" },
      make("strong", {}, row.holds ? "Met: " : "Not met: "),
      `${row.says} `,
      make("span", { class: "adv-verdict__values" }, `Yours: ${row.yours}. Solution: ${row.reference}. Limit: ${row.limit}.`),
    ),
  );
  const end = solved
    ? [make("p", { class: "adv-solved" }, "Solved: every claim is met.")]
    : hinted(hints);
  return make("div", { class: "adv-verdict" }, ...first, make("ul", {}, ...list), ...end);
};

// What happened, why it probably did, and what to do next.
export const fault = ({ what, why, next, hints = [] }) =>
  make(
    "div",
    { class: "adv-live__error adv-fault" },
    make("p", {}, make("strong", {}, what)),
    ...(why ? [make("p", {}, `Likely cause: ${why}.`)] : []),
    ...(next ? [make("p", {}, `Next: ${next}.`)] : []),
    ...hinted(hints),
  );
