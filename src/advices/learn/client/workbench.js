// What lies around an exercise's editor: the files of the project, what was changed, the solution
// once it is wanted, a way back from Reset, and the next exercise.

import { copyButton, difference, shownCode } from "./code.js";
import { make } from "./html.js";
import { kept } from "./kept.js";
import { button } from "./lesson.js";
import { ask, why } from "./server.js";

const TRIES = 2;
const CHECKED = "application/vnd.advices.checked+json";
const FAULT = "application/vnd.advices.fault+json";
const REMEMBERED = 50;

const found = ({ messages }, kind) => messages.map(([, content]) => content.data?.[kind]).filter(Boolean).at(-1);

// A button that opens a panel and closes it; `fill` is asked for what is in it each time.
const panel = (text, label, name, fill) => {
  const place = make("div", { class: "adv-panel", role: "region", "aria-label": name, hidden: "" });
  let asked = 0;
  const show = async () => {
    const turn = (asked += 1);
    const shown = await fill().catch((error) => [make("p", {}, why(error))]);
    // What was asked for last is shown, in whichever order answers come.
    if (turn === asked) place.replaceChildren(...shown);
  };
  const turn = (on) => {
    place.hidden = !on;
    opens.setAttribute("aria-expanded", `${on}`);
    return on ? show() : undefined;
  };
  const opens = button(text, label, () => turn(place.hidden));
  opens.setAttribute("aria-expanded", "false");
  return { opens, place, turn, show: () => (place.hidden ? undefined : show()) };
};

// Buttons of which one is pressed.
const choice = (names, chosen, choose) =>
  make(
    "div",
    { class: "adv-choice" },
    ...names.map((name) => {
      const made = button(name, name, () => choose(name));
      made.removeAttribute("aria-label");
      made.setAttribute("aria-pressed", `${name === chosen}`);
      return made;
    }),
  );

// The files of the project, read only.
const filesPanel = (of) => {
  let files;
  let open;
  const fill = async () => {
    files ??= (await ask(`learn-material/${of}/files`)).files;
    const names = Object.keys(files);
    open ??= names.includes("app.py") ? "app.py" : names[0];
    const choose = (name) => {
      open = name;
      made.show().then(() => made.place.querySelector("[aria-pressed=true]").focus());
    };
    return [
      choice(names, open, choose),
      make("div", { class: "adv-cell__bar" }, make("strong", {}, open), ...copyButton(() => files[open], open)),
      shownCode(files[open], open, `${open}, to read`),
    ];
  };
  const made = panel("Files", "Files of the project", "Files of the project", fill);
  return made;
};

// How often a check of this exercise failed, and whether the learner asked for the solution.
const attempts = (of) => {
  const place = kept("tries", of);
  const read = () => ({ ids: [], solved: false, agreed: false, ...place.data() });
  const write = (more) => place.set(JSON.stringify({ ...read(), ...more }));
  return {
    hear(said) {
      const { ids } = read();
      const verdict = found(said, CHECKED);
      if (verdict?.solved) write({ solved: true });
      else if ((verdict || found(said, FAULT)?.tried) && !ids.includes(said.id))
        write({ ids: [...ids, said.id].slice(-REMEMBERED) });
    },
    agree: () => write({ agreed: true }),
    get count() {
      return read().ids.length;
    },
    get mayCompare() {
      const { solved, agreed } = read();
      return solved || agreed;
    },
    get mayKnow() {
      return this.mayCompare || this.count >= TRIES;
    },
  };
};

const times = (count) => (count === 0 ? "You have not checked it yet" : count === 1 ? "You have checked it once" : `You have checked it ${count} times`);

// Put all of it around the cell of an exercise. `again` shows an older verdict.
export const workbench = (cell, of, again) => {
  const tries = attempts(of);
  const reset = kept("reset", of);
  let solution;
  const solved = async () => (solution ??= (await ask(`learn-material/${of}/solution`)).solution);

  const files = filesPanel(of);
  let beside = "The start";
  const changes = panel("Changes", "Changes: what differs", "Changes", async () => {
    const sides = tries.mayCompare ? ["The start", "The solution"] : ["The start"];
    if (!sides.includes(beside)) [beside] = sides;
    const other = beside === "The start" ? cell.editor.start : await solved();
    const choose = (name) => {
      beside = name;
      changes.show().then(() => changes.place.querySelector("[aria-pressed=true]").focus());
    };
    return [
      ...(sides.length > 1 ? [choice(sides, beside, choose)] : []),
      make("p", {}, beside === "The start" ? "From the start to yours." : "From yours to the solution."),
      ...(beside === "The start"
        ? difference(other, cell.editor.text, "From the start to yours")
        : difference(cell.editor.text, other, "From yours to the solution")),
    ];
  });
  const answer = panel("Show solution", "Show solution", "The solution", async () => {
    if (!tries.mayKnow) {
      const yes = button("Show it now", "Show it now", () => {
        tries.agree();
        answer.turn(true).then(() => answer.place.querySelector(".adv-code").focus());
      });
      const no = button("Not yet", "Not yet", () => {
        answer.turn(false);
        answer.opens.focus();
      });
      return [make("p", {}, `${times(tries.count)}. Show it now?`), make("div", { class: "adv-cell__bar" }, yes, no)];
    }
    tries.agree();
    const text = await solved();
    return [
      make("div", { class: "adv-cell__bar" }, make("strong", {}, "A solution"), ...copyButton(() => text, "the solution")),
      shownCode(text, "Dockerfile", "The solution, to read"),
      make("p", {}, "There are others: what counts are the claims. ", "Changes shows what differs from yours."),
    ];
  });

  const undo = button("Undo reset", "Undo reset", () => {
    const { text, last } = reset.data();
    reset.remove();
    undo.hidden = true;
    cell.editor.write(text);
    cell.editor.field.focus();
    cell.state.textContent = "Your text is back.";
    if (last) again(last);
  });
  undo.hidden = !reset.data();
  // Before the cell forgets them.
  const save = () => {
    const { text, start } = cell.editor;
    if (text === start) return;
    reset.set(JSON.stringify({ text, last: cell.last() }));
    undo.hidden = false;
  };
  cell.back.addEventListener("click", save, { capture: true });
  cell.back.addEventListener("click", () => {
    changes.show();
    if (!undo.hidden) cell.state.textContent = "This is the start again. Undo reset brings yours back.";
  });

  const next = make("p", { class: "adv-next" });
  const showNext = () => {
    const path = globalThis.advicesProgress?.path(of);
    globalThis.advicesProgress?.say(
      next,
      ...(path?.isSolved
        ? path.next
          ? ["Solved. Next exercise: ", make("a", { href: path.next.href }, path.next.title)]
          : ["Solved, and so are all the others."]
        : []),
    );
  };
  document.addEventListener("advices:progress", showNext);
  showNext();

  const work = make("div", { class: "adv-work" });
  const bar = cell.go.parentElement;
  cell.editor.element.replaceWith(work);
  work.append(make("div", {}, cell.editor.element, bar), files.place);
  cell.back.after(undo, files.opens, changes.opens, answer.opens);
  cell.place.before(changes.place, answer.place);
  cell.element.append(next);
  cell.editor.field.addEventListener("input", () => beside === "The start" && changes.show());
  return {
    ended: (said) => {
      tries.hear(said);
      changes.show();
    },
  };
};
