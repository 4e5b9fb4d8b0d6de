// The cache explorer: the reader reorders the instructions of a Dockerfile and sees which steps run
// again after an edit. What runs is decided in cache-model.js; here it is only shown. The page says
// what there is to start from (src/advices/site/explorer.py).
import { isStep, misfit, rebuild, sentence } from "./cache-model.js";

const make = (tag, content = "", attributes = {}) => {
  const element = document.createElement(tag);
  element.append(...[content].flat());
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
};

// Only steps, and the user that they run as, change places: the rest frames them.
const moves = (line) => isStep(line) || /^USER /.test(line);

const explore = (box) => {
  const { starts, edits, ignore } = JSON.parse(box.querySelector("script").textContent);
  const list = make("ol", "", { "aria-label": "Instructions, in order" });
  const said = make("p", "", { class: "adv-explorer__said", "aria-live": "polite" });
  const options = edits.map(({ says }, index) => make("option", says, { value: index }));
  const edit = make("select", options);
  edit.selectedIndex = Math.max(edits.findIndex(({ file }) => file), 0);
  const kept = make("input", "", { type: "checkbox" });
  kept.checked = true;

  const items = () => [...list.children];
  const lines = () => items().map((item) => item.dataset.line);
  const change = () => ({ ...edits[edit.value], ignore: kept.checked ? ignore : [] });

  // What becomes of each instruction: a kind for its looks, and words.
  const outcomes = () => {
    const steps = rebuild(lines(), change());
    const wrong = misfit(lines(), change().ignore);
    let reached = true;
    return lines().map((line, number) => {
      const step = isStep(line) ? steps.shift() : null;
      if (!reached) return ["after", step ? "not reached" : ""];
      if (wrong?.number === number) {
        reached = false;
        return ["fails", "fails"];
      }
      if (!step) return ["frame", ""];
      if (!step.runs) return ["cached", "from the cache"];
      return ["runs", step.first ? "runs again: its input changed" : "runs again"];
    });
  };

  const show = () => {
    const all = items();
    for (const [index, [kind, words]] of outcomes().entries()) {
      const item = all[index];
      item.className = `adv-explorer__${kind}`;
      item.querySelector("span").textContent = words;
      const [up, down] = item.querySelectorAll("button");
      // Not `disabled`, which would take the focus from who moves a step to the end.
      up?.setAttribute("aria-disabled", !movable(all[index - 1]));
      down?.setAttribute("aria-disabled", !movable(all[index + 1]));
    }
    said.textContent = sentence(lines(), change());
  };

  const movable = (item) => Boolean(item?.draggable);
  const move = (item, next, before) => {
    if (!movable(next)) return;
    next[before ? "before" : "after"](item);
    show();
  };

  let dragged = null;
  const row = (line) => {
    const item = make("li", [make("code", line), " ", make("span")]);
    item.dataset.line = line;
    if (!moves(line)) return item;
    item.draggable = true;
    const buttons = ["up", "down"].map((way) => {
      const button = make("button", way === "up" ? "↑" : "↓", {
        type: "button",
        "aria-label": `Move ${line} ${way}`,
      });
      button.addEventListener("click", () => {
        const up = way === "up";
        move(item, up ? item.previousElementSibling : item.nextElementSibling, up);
        button.focus();
      });
      return button;
    });
    item.append(make("div", buttons));
    item.addEventListener("dragstart", (event) => {
      dragged = item;
      event.dataTransfer.effectAllowed = "move";
    });
    item.addEventListener("dragend", () => (dragged = null));
    item.addEventListener("dragover", (event) => {
      if (!dragged) return;
      event.preventDefault();
      if (dragged === item) return;
      // By halves, so that a step that changed places is not at once under the pointer again.
      const { top, height } = item.getBoundingClientRect();
      const before = event.clientY < top + height / 2;
      if (dragged !== (before ? item.previousElementSibling : item.nextElementSibling)) {
        move(dragged, item, before);
      }
    });
    return item;
  };

  const start = (name) => {
    list.replaceChildren(...starts[name].map(row));
    show();
  };
  const buttons = Object.keys(starts).map((name) => {
    const button = make("button", `Start from ${name}`, { type: "button" });
    button.addEventListener("click", () => start(name));
    return button;
  });
  edit.addEventListener("change", show);
  kept.addEventListener("change", show);
  box.append(
    make("div", [
      make("label", ["Between two builds ", edit]),
      make("label", [kept, " with .dockerignore"]),
      make("div", buttons),
    ]),
    said,
    list,
  );
  start(Object.keys(starts)[0]);
};

document.querySelectorAll(".adv-explorer").forEach(explore);
