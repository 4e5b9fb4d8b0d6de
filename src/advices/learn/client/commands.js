// A page that runs needs no terminal: what a chapter has for one is replaced by what does the same here.

import { make } from "./html.js";
import { textOf } from "./recorded.js";

const WHOLE_LAB = /^\.\/run advices -- run ([a-z0-9-]+)$/;

// The command that runs a chapter's lab becomes the way to the lab's page.
export const withoutCommands = () => {
  const block = document.getElementById("run-it-yourself")?.nextElementSibling;
  const slug = block?.matches(".highlight") && WHOLE_LAB.exec(textOf(block).trim())?.[1];
  if (!slug) return;
  const link = make("a", { href: new URL(`../../labs/${slug}/`, location.href).href }, "Run the lab in the page");
  block.replaceWith(make("p", {}, link, ": each cell has a Run button there, and Run all takes them in order."));
};

// What the front page says of the way: the first exercise that is not solved.
export const nextExercise = () => {
  const line = make("span", { class: "adv-bar__state" });
  const show = () => {
    const next = globalThis.advicesProgress?.path("").next;
    globalThis.advicesProgress?.say(line, ...(next ? ["Next exercise: ", make("a", { href: next.href }, next.title)] : []));
  };
  document.addEventListener("advices:progress", show);
  show();
  return line;
};
