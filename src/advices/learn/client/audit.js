// The audit of the learner's own project: a form, what the audit does meanwhile, what it found, and
// the button that writes its diff. The server keeps all of it, so a reload shows it again.

import { fromHtml, make } from "./html.js";
import { button, Seconds } from "./lesson.js";
import { prepared } from "./preparing.js";
import { ask, why } from "./server.js";

const ASK_MILLISECONDS = 1000;
const MOST_LINES = 500;
const FIELDS = [
  ["path", "Folder of your project", "such as ~/my-project"],
  ["service", "Service", "of its compose file; empty: the first that is built"],
  ["file", "Dockerfile", "in that folder; empty: the first one there"],
  ["port", "Port", "empty: the one that the project names, or 8000"],
  ["url_path", "Page", "it must answer HTTP 200; empty: the health check's, or /"],
  ["check", "Check command", "must succeed in a container of each image; empty: none"],
];
const LINES = [
  ["env", "Variables of the container", "NAME=VALUE, one a line; a reload forgets them"],
  ["secret", "Secrets of the build", "id=ID,src=FILE with the file's whole path, one a line"],
  ["with_", "Services next to it", "such as postgres:17 or db=postgres:17, one a line"],
];
const ENDS = { done: "Done", stopped: "Stopped", failed: "Ended with an error" };

const fields = (rows, kind, more) =>
  rows.map(([name, label, hint]) => {
    const told = make("span", { class: "adv-ask__hint", id: `adv-audit-${name}` }, hint);
    const input = make(kind, {
      ...{ name, autocomplete: "off", spellcheck: "false", "aria-describedby": told.id },
      ...more,
      ...(name === "path" ? { required: "" } : {}),
    });
    return [input, make("label", {}, label, input, told)];
  });

const listed = (files) =>
  Object.entries(files).flatMap(([name, kind], number) => [
    ...(number ? [", "] : []),
    make("code", {}, name),
    ...(kind === "new" ? [" (new)"] : []),
  ]);

export const auditPage = (place) => {
  const all = fields(FIELDS, "input", { type: "text" });
  const lists = fields(LINES, "textarea", { rows: "2" });
  const inputs = Object.fromEntries([...all, ...lists].map(([input]) => [input.name, input]));
  const seconds = new Seconds();
  const state = make("span", { role: "status" });
  const note = make("p", { class: "adv-live__error", role: "alert", hidden: "" });
  const last = make("summary", { "aria-live": "polite" });
  const log = make("pre", { tabindex: "0" });
  const progress = make("details", { class: "adv-live__log", hidden: "" }, last, log);
  const fault = make("pre", { class: "adv-live__error", tabindex: "0", hidden: "" });
  const report = make("div", { class: "adv-live__html" });
  const writing = make("div", { class: "adv-bar", role: "region", "aria-label": "Write the diff", hidden: "" });
  const go = make("button", { type: "submit", class: "adv-button" }, "Audit");
  const halt = button("Stop", "Stop the audit", () => post("stop"));
  const more = make("details", {}, make("summary", {}, "Variables, secrets and services"), ...lists.map(([, label]) => label));
  const form = make("form", { class: "adv-ask" }, ...all.map(([, label]) => label), more, make("div", { class: "adv-cell__bar" }, go, halt, state, seconds.element));
  const live = make("div", { class: "adv-live", role: "region", "aria-label": "Your audit", hidden: "" }, note, progress, fault, report, writing);
  let lines = [];
  let known = { number: 0, said: 0 };
  let shown = 0;
  let timer = null;

  const trouble = (text) => {
    note.textContent = text;
    note.hidden = !text;
    live.hidden = live.hidden && !text;
  };

  const reported = async ({ number, files, written, asked }) => {
    if (shown !== number) {
      report.replaceChildren(fromHtml((await ask("learn-audit/report")).html));
      shown = number;
    }
    const names = Object.keys(files);
    writing.hidden = !names.length;
    if (written.length) {
      writing.replaceChildren(make("p", { role: "status" }, "Written: ", ...listed(files), "."), make("span", { class: "adv-bar__state" }, make("code", {}, "git diff"), " shows what changed. Audit again to see what is left."));
      writing.tabIndex = -1;
      writing.focus();
    } else
      writing.replaceChildren(
        make("p", {}, "Nothing is written so far."),
        button("Write the diff", "Write the diff", () => post("write", { number })),
        make("span", { class: "adv-bar__state" }, `It changes in ${asked.path}: `, ...listed(files), "."),
      );
  };

  const show = async (told) => {
    if (told.state === "none") return;
    const running = told.state === "running";
    if (told.number !== known.number) {
      lines = [];
      // The server tells no page the variables: who typed them keeps them until a reload.
      for (const [name, input] of Object.entries(inputs)) if (name !== "env") input.value = told.asked[name];
      more.open ||= lists.some(([input]) => input.value);
      report.replaceChildren();
      writing.hidden = true;
    }
    known = { number: told.number, said: told.said };
    lines = [...lines, ...told.lines].slice(-MOST_LINES);
    live.hidden = false;
    go.disabled = running;
    halt.hidden = !running;
    progress.hidden = !lines.length;
    if (told.lines.length) {
      last.textContent = lines.at(-1);
      log.textContent = lines.join("\n");
    }
    fault.hidden = !told.fault;
    fault.textContent = told.fault;
    if (running) {
      state.textContent = "Audits your project.";
      seconds.from(Date.now() - 1000 * told.seconds);
    } else {
      seconds.stop();
      state.textContent = `${ENDS[told.state]} after ${Math.round(told.seconds)} s.`;
      if (told.state === "done") await reported(told);
    }
    clearTimeout(timer);
    if (running) timer = setTimeout(look, ASK_MILLISECONDS);
  };

  const trying = async (act) => {
    try {
      await act();
    } catch (error) {
      go.disabled = false;
      trouble(why(error));
    }
  };

  const look = () =>
    trying(async () => show(await ask(`learn-audit/?number=${known.number}&lines=${known.said}`)));

  const post = (what, sent = {}) =>
    trying(async () => {
      const told = await ask(`learn-audit/${what}`, "POST", sent);
      trouble(told.refused ?? "");
      await look();
    });

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    post("", Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, input.value])));
  });
  document.addEventListener("visibilitychange", () => document.hidden || look());
  halt.hidden = true;
  place.append(form, make("p", { class: "adv-bar__preparing" }, prepared()), live);
  look();
};
