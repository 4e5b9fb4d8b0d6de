// Below a JupyterHub the server names the hub's control panel: there a learner's server is started,
// stopped and left.

import { make } from "./html.js";

export const hub = document.querySelector('meta[name="advices-hub"]')?.content ?? "";

export const wayBack = () => {
  if (!hub) return;
  const link = make("a", { class: "md-header__button adv-hub", href: hub, title: "The hub's control panel" }, "Hub");
  document.querySelector(".md-header__inner")?.append(link);
};
