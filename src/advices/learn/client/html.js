// Elements, and the HTML of outputs. Nothing of it is executed: it passes an allowlist.

const TAGS = new Set(
  ("a b blockquote br caption code col colgroup dd del details div dl dt em figcaption figure h1 h2 " +
    "h3 h4 h5 h6 hr i kbd li ol p pre s small span strong sub summary sup table tbody td tfoot th " +
    "thead tr u ul var svg g rect circle ellipse line path polygon polyline text tspan title desc " +
    "defs marker").split(" "),
);
const ATTRIBUTES = new Set(
  ("class role data-label colspan rowspan scope open start title viewbox width height x y x1 x2 y1 y2 dx dy cx " +
    "cy r rx ry d points fill stroke stroke-width stroke-dasharray text-anchor dominant-baseline " +
    "transform preserveaspectratio opacity fill-opacity style align tabindex focusable xmlns " +
    "font-family font-size font-style font-weight overflow letter-spacing").split(" "),
);
// Lengths, colours and custom properties; nothing that fetches, nothing that leaves its place.
const STYLE = /^(?!.*(?:url|image|position|expression|@|\\))[\w\s:;%.,'#()+\-*/]*$/is;

const allowed = ({ name, value }) => {
  const lower = name.toLowerCase();
  if (lower === "href") return /^(?:https?:|#|\.\.\/chapters\/[a-z0-9-]+\/$)/i.test(value.trim());
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
