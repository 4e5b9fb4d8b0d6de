// In a class: a bar with what the trainer says, a button that asks for help, and what the trainer
// is told. That is an exercise's name, a hint's name, and one of a few words; never what is written.

import { make } from "./html.js";
import { kept } from "./kept.js";
import { button } from "./lesson.js";
import { ask, Gone, inClass, inSeat, Refused, why } from "./server.js";

const EVERY_MILLISECONDS = 8000;
const CHECKED = "application/vnd.advices.checked+json";
const FAULT = "application/vnd.advices.fault+json";
const REMEMBERED = 50;

const WORDS = inSeat
  ? {
      place: "You are in a class.",
      silent: "Your trainer's page does not answer now. What you do here goes on.",
      unheard: "Your trainer's page does not answer: raise your hand.",
      note: "Others use this machine too: steps, bytes, users and rules are exact here, times are not.",
    }
  : {
      place: "Your laptop has joined a class.",
      silent: "The class does not answer now. What you do here goes on, and what happened is sent when it answers again.",
      unheard: "The class does not answer: ask your trainer in another way.",
      note: "Ctrl-C in the terminal leaves the class.",
    };

// What cannot be told now waits in the server, not here: the page may be closed.
const tell = async (what) => {
  if (!inClass) return false;
  try {
    await ask("learn-class", "POST", what);
    return true;
  } catch {
    return false;
  }
};

export const tellsOpened = (exercise) => tell({ what: "happened", kind: "opened", exercise });

// A check of before this page was loaded is told once.
const isNew = (of, id) => {
  const place = kept("told", of);
  const ids = place.data() ?? [];
  if (ids.includes(id)) return false;
  place.set(JSON.stringify([...ids, id].slice(-REMEMBERED)));
  return true;
};

export const tellsEnd = async (exercise, { id, messages }) => {
  if (!inClass) return;
  const last = (kind) => messages.map(([, content]) => content.data?.[kind]).filter(Boolean).at(-1);
  const [verdict, fault] = [last(CHECKED), last(FAULT)];
  if (!(verdict || fault?.tried) || !isNew(exercise, id)) return;
  await tell({ what: "happened", kind: verdict?.solved ? "solved" : "tried", exercise });
  for (const hint of (verdict ?? fault).hints ?? []) {
    if (hint.id) await tell({ what: "happened", kind: "hint", exercise, hint: hint.id });
  }
};

const clock = (seconds) => new Date(1000 * seconds).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });

// Put it before or after an element of the page.
export const classBar = (near) => {
  if (!inClass || !near) return;
  let asks = false;
  const state = make("span", { role: "status", class: "adv-class__state" });
  const said = make("ul", { class: "adv-class__said", "aria-label": "From your trainer", "aria-live": "polite" });
  // What is kept, and where it goes: the class says it, because it can change while a page is open.
  const notice = make("span", {});
  const show = () => {
    help.textContent = asks ? "I need no help any more" : "Ask for help";
    help.setAttribute("aria-pressed", asks);
    state.textContent = asks ? "Your trainer sees that you ask for help." : "";
  };
  const help = button("", "", async () => {
    const wanted = !asks;
    if (await tell({ what: "wish", on: wanted })) {
      asks = wanted;
      show();
    } else state.textContent = WORDS.unheard;
  });
  help.removeAttribute("aria-label");

  const shows = (messages) => {
    const lines = messages.map(({ text, at }) => `${clock(at)} ${text}`);
    // A list that stays the same is not read aloud again.
    if (said.dataset.shown === JSON.stringify(lines)) return;
    said.dataset.shown = JSON.stringify(lines);
    said.replaceChildren(...messages.map(({ text, at }) => make("li", {}, make("strong", {}, clock(at)), ` ${text}`)));
  };
  const look = async () => {
    try {
      const told = await ask("learn-class");
      if (told.left) {
        bar.replaceChildren(make("p", { role: "status" }, "Your laptop is not in the class any more: you left it, or your trainer removed you. Nothing is sent. What you do here goes on."));
        clearInterval(looks);
        return;
      }
      asks = told.asks;
      show();
      shows(told.messages);
      notice.textContent = `${told.notice} `;
    } catch (error) {
      const isMine = error instanceof Gone || error instanceof Refused;
      state.textContent = isMine ? why(error) : WORDS.silent;
    }
  };
  const bar = make(
    "div",
    { class: "adv-bar adv-class", role: "region", "aria-label": "Your class" },
    make("p", {}, WORDS.place),
    help,
    state,
    said,
    make("p", { class: "adv-class__note" }, notice, WORDS.note),
  );
  if (near.matches("h1")) near.after(bar);
  else near.before(bar);
  show();
  look();
  const looks = setInterval(() => document.hidden || look(), EVERY_MILLISECONDS);
  document.addEventListener("visibilitychange", () => document.hidden || look());
};
