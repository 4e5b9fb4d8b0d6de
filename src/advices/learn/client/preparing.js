// What the server prepares from its start on: the engine, then the images that cells stand on.

import { make } from "./html.js";
import { ask } from "./server.js";

const follow = async (place) => {
  for (;;) {
    // Not a bare fetch: a hub wants the XSRF header of whoever asks from a script.
    const told = await ask("learn-preparing").catch(() => null);
    if (!told) return;
    const { state, says, seconds } = told;
    place.textContent =
      state === "preparing"
        ? `Preparing, for ${seconds} s now: ${says}. Read on: what you run waits until it is there.`
        : state === "failed"
          ? `What cells need could not be prepared: ${says}`
          : "";
    if (state !== "preparing") return;
    await new Promise((later) => setTimeout(later, 2000));
  }
};

// Return a line that says how far it is, and is empty when everything is there.
export const prepared = () => {
  const place = make("span", { class: "adv-bar__preparing" });
  follow(place);
  return place;
};
