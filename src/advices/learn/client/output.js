// What a cell printed, as part of the page. Nothing of it is executed: HTML passes an allowlist.

const MOST_CHARACTERS = 200_000;
const MOST_LOG_LINES = 500;
const ANSI = /\x1b\[[0-9;?]*[A-Za-z]/g;

const TAGS = new Set(
  ("a b blockquote br caption code col colgroup dd del details div dl dt em figcaption figure h1 h2 " +
    "h3 h4 h5 h6 hr i kbd li ol p pre s small span strong sub summary sup table tbody td tfoot th " +
    "thead tr u ul var svg g rect circle ellipse line path polygon polyline text tspan title desc " +
    "defs marker").split(" "),
);
const ATTRIBUTES = new Set(
  ("class role colspan rowspan scope open start title viewbox width height x y x1 x2 y1 y2 dx dy cx " +
    "cy r rx ry d points fill stroke stroke-width stroke-dasharray text-anchor dominant-baseline " +
    "transform preserveaspectratio opacity fill-opacity style align tabindex focusable xmlns " +
    "font-family font-size font-style font-weight overflow letter-spacing").split(" "),
);
// Lengths, colours and custom properties; nothing that fetches, nothing that leaves its place.
const STYLE = /^(?!.*(?:url|image|position|expression|@|\\))[\w\s:;%.,#()+\-*/]*$/is;

const allowed = ({ name, value }) => {
  const lower = name.toLowerCase();
  if (lower === "href") return /^(?:https?:|#)/i.test(value.trim());
  if (lower === "style") return STYLE.test(value);
  return ATTRIBUTES.has(lower) || lower.startsWith("aria-");
};

// Return a copy of some nodes that holds what is allowed; of other elements only nothing stays.
const cleaned = (nodes) => {
  const fragment = document.createDocumentFragment();
  for (const node of nodes) {
    if (node.nodeType === Node.TEXT_NODE) fragment.append(node.data);
    if (node.nodeType !== Node.ELEMENT_NODE || !TAGS.has(node.localName.toLowerCase())) continue;
    const copy = document.createElementNS(node.namespaceURI, node.localName);
    for (const one of [...node.attributes].filter(allowed)) copy.setAttribute(one.name, one.value);
    if (copy.localName === "a") copy.rel = "noopener noreferrer";
    copy.append(cleaned(node.childNodes));
    fragment.append(copy);
  }
  return fragment;
};

export const fromHtml = (text) =>
  cleaned(new DOMParser().parseFromString(text, "text/html").body.childNodes);

export const make = (tag, attributes = {}, ...content) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...content);
  return element;
};

const verdict = ({ solved, rows, hints }) => {
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
    : hints.map((hint) => make("p", { class: "adv-hint" }, make("strong", {}, "Hint: "), hint));
  return make("div", { class: "adv-verdict" }, make("ul", {}, ...list), ...end);
};

const CHECKED = "application/vnd.advices.checked+json";
const PICTURES = ["image/svg+xml", "image/png", "image/jpeg"];

// Where one cell's output goes. `solved` hears that an exercise was.
export class Output {
  #place;
  #solved;
  #left = MOST_CHARACTERS;
  #log = null;
  #lines = [];

  constructor(place, solved = () => {}) {
    this.#place = place;
    this.#solved = solved;
    place.replaceChildren();
  }

  hear(type, content) {
    if (type === "stream" && content.name === "stderr") this.#progress(content.text);
    else if (type === "stream") this.#print(content.text);
    else if (type === "execute_result" || type === "display_data") this.#data(content.data);
    else if (type === "error") this.#error(content);
  }

  say(text, kind = "note") {
    this.#place.append(make("p", { class: `adv-live__${kind}` }, text));
  }

  // The beginning of what is too long, once with a note that it is not all.
  #cut(text) {
    if (this.#left <= 0) return "";
    const shown = text.slice(0, this.#left);
    this.#left -= text.length;
    if (this.#left <= 0) {
      queueMicrotask(() =>
        this.say(`Cut after ${MOST_CHARACTERS.toLocaleString("en")} characters: the cell printed more than a page can show.`),
      );
    }
    return shown;
  }

  #print(text) {
    const shown = this.#cut(text.replace(ANSI, ""));
    if (!shown) return;
    const last = this.#place.lastElementChild;
    if (last?.matches("pre.adv-live__text")) last.append(shown);
    else this.#place.append(make("pre", { class: "adv-live__text", tabindex: "0" }, shown));
  }

  // Progress: the last line is seen, those before at a click.
  #progress(text) {
    if (text.includes("IOPub data rate exceeded")) {
      this.say("Cut: the cell prints faster than the server passes on.");
      return;
    }
    this.#lines.push(...text.replace(ANSI, "").split("\n").filter((line) => line.trim()));
    this.#lines.splice(0, this.#lines.length - MOST_LOG_LINES);
    if (!this.#lines.length) return;
    if (!this.#log) {
      const pre = make("pre", { tabindex: "0" });
      const last = make("summary", { "aria-live": "polite" });
      this.#log = { pre, last };
      this.#place.append(make("details", { class: "adv-live__log" }, last, pre));
    }
    this.#log.last.textContent = this.#lines.at(-1).slice(0, 300);
    this.#log.pre.textContent = this.#lines.join("\n");
  }

  #data(bundle) {
    const picture = PICTURES.find((kind) => kind in bundle);
    if (CHECKED in bundle) {
      this.#place.append(verdict(bundle[CHECKED]));
      if (bundle[CHECKED].solved) this.#solved();
    } else if ("text/html" in bundle) {
      const html = this.#cut([bundle["text/html"]].flat().join(""));
      this.#place.append(make("div", { class: "adv-live__html" }, fromHtml(html)));
    } else if (picture) {
      const data = [bundle[picture]].flat().join("");
      const coded = picture === "image/svg+xml" ? `,${encodeURIComponent(data)}` : `;base64,${data.trim()}`;
      // In an image nothing of it can run.
      const alt = [bundle["text/plain"] ?? "a picture"].flat().join("");
      this.#place.append(make("img", { src: `data:${picture}${coded}`, alt }));
    } else {
      this.#print(`${[bundle["text/plain"] ?? ""].flat().join("")}\n`);
    }
  }

  #error({ ename, evalue, traceback }) {
    const trace = (traceback ?? []).join("\n").replace(ANSI, "").slice(0, 20_000);
    const what = ename === "KeyboardInterrupt" ? "Interrupted." : evalue || ename;
    this.#place.append(
      make(
        "div",
        { class: "adv-live__error" },
        make("p", {}, make("strong", {}, ename), ": ", what),
        make("details", {}, make("summary", {}, "Where it happened"), make("pre", { tabindex: "0" }, trace)),
      ),
    );
  }
}
