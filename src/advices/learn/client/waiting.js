// What a run waits for before it goes on: who has what it needs, since when, and what one can do.

import { make } from "./html.js";
import { clockTime, Seconds } from "./lesson.js";

const SHOWN = "adv-waits";

// `what` and `since` are of the kernel; `from` is when this page heard of it.
export const waiting = ({ what, since }, from = Date.now()) => {
  const seconds = new Seconds();
  seconds.from(since ? new Date(since).getTime() : from);
  const began = since ? `, since ${clockTime(new Date(since))}` : "";
  const shown = make("p", { class: SHOWN, role: "status" }, make("strong", {}, "Waiting: "), `${what}${began}. `, "It goes on by itself; Stop ends the wait. ");
  const element = make("div", { class: "adv-waiting" }, shown, seconds.element);
  element.ended = () => seconds.stop();
  return element;
};

// Whatever a run shows next, it does not wait any more.
export const waitsNoMore = (place) => {
  for (const one of place.querySelectorAll(":scope > .adv-waiting")) {
    one.ended?.();
    one.remove();
  }
};
