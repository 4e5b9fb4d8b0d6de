// What the server prepares from its start on: the engine, then the images that cells stand on. Those
// of the page that is looked at come first.

import { make } from "./html.js";
import { ask } from "./server.js";
import { waiting } from "./waiting.js";

const ASK_SECONDS = 2;

const ofPage = () => /\/(?:labs|chapters)\/([a-z0-9-]+)\//.exec(location.pathname)?.[1] ?? "";

// In words how far it is, `later` seconds after the server told it.
const told = ({ state, says, seconds, what, part, parts, part_seconds: ofPart }, later) => {
  if (state === "failed") return `What cells need could not be prepared: ${says}`;
  if (state !== "preparing") return "";
  const now = what ? ` Part ${part} of ${parts}: ${what}, for ${ofPart + later} s.` : "";
  const line = says ? ` ${says}.` : "";
  return `Preparing, for ${seconds + later} s now.${now}${line} Read on: what you run waits until it is there.`;
};

// Not a bare fetch: a hub wants the XSRF header of whoever asks from a script.
const asked = () =>
  ask(`learn-preparing${ofPage() ? `?lab=${ofPage()}` : ""}`).catch(() => null);

const follow = async (place) => {
  for (;;) {
    const found = await asked();
    if (!found) return;
    // The seconds go on between two answers.
    for (let later = 0; later < ASK_SECONDS; later++) {
      place.textContent = told(found, later);
      if (found.state !== "preparing") return;
      await new Promise((next) => setTimeout(next, 1000));
    }
  }
};

// Return a line that says how far it is, and is empty when everything is there.
export const prepared = () => {
  const place = make("span", { class: "adv-bar__preparing" });
  follow(place);
  return place;
};

let isStarted = false;

// Wait until the server has started the engine; `show` gets what is waited for, once, if there is
// something. It ends too when `stopped` says so; a fault is told by the run that needs an engine.
export const engineStarted = async (show, stopped) => {
  let shown;
  while (!isStarted && !stopped()) {
    isStarted = !(await asked())?.starts_engine;
    if (isStarted) break;
    if (!shown) show((shown = waiting({ what: "the Docker engine is being started" })));
    await new Promise((next) => setTimeout(next, 500));
  }
  shown?.ended();
  shown?.remove();
};
