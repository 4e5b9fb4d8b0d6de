// A text field with syntax colours: what is typed is plain text in a textarea, and behind it lies
// the same text in colours. Tab leaves it, as everywhere on a page; Ctrl+Enter runs.

const RULES = {
  dockerfile: [
    ["c", /^[ \t]*#.*$/my],
    ["k", /^[ \t]*(?:FROM|RUN|CMD|COPY|ADD|ENV|ARG|USER|WORKDIR|EXPOSE|LABEL|ENTRYPOINT|VOLUME|HEALTHCHECK|STOPSIGNAL|SHELL|ONBUILD)\b/imy],
    ["k", /\bAS\b/iy],
    ["s", /"(?:[^"\\\n]|\\.)*"|'[^'\n]*'/y],
    ["nv", /\$(?:\w+|\{[^}\n]*\})/y],
    ["na", /--[\w-]+(?==|\s)/y],
  ],
  python: [
    ["c", /#.*$/my],
    ["s", /("""|''')[\s\S]*?\1|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/y],
    ["k", /\b(?:and|as|assert|async|await|break|class|continue|def|del|elif|else|except|finally|for|from|global|if|import|in|is|lambda|not|or|pass|raise|return|try|while|with|yield|None|True|False)\b/y],
    ["mi", /\b\d[\d_.]*\b/y],
    ["n", /[A-Za-z_]\w*/y],
  ],
};

// Return text as [class or "", part] pairs.
export const coloured = (text, language) => {
  const parts = [];
  let plain = "";
  for (let at = 0; at < text.length; ) {
    let found = null;
    for (const [kind, rule] of RULES[language] ?? []) {
      rule.lastIndex = at;
      const match = rule.exec(text);
      if (match?.[0]) {
        found = [kind, match[0]];
        break;
      }
    }
    if (found) {
      if (plain) parts.push(["", plain]);
      parts.push(found);
      plain = "";
      at += found[1].length;
    } else {
      plain += text[at++];
    }
  }
  return plain ? [...parts, ["", plain]] : parts;
};

export class Editor {
  constructor(text, language, label, run) {
    this.start = text;
    this.language = language;
    // No pre: the site puts a button into each.
    this.behind = document.createElement("div");
    this.behind.className = "adv-editor__behind";
    this.behind.setAttribute("aria-hidden", "true");
    this.field = document.createElement("textarea");
    for (const [name, value] of Object.entries({
      ...{ "aria-label": label, spellcheck: "false", autocapitalize: "off", autocomplete: "off" },
      ...{ autocorrect: "off", wrap: "off", rows: "1" },
    })) this.field.setAttribute(name, value);
    this.field.addEventListener("input", () => this.#draw());
    this.field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      run();
    });
    this.element = document.createElement("div");
    this.element.className = "adv-editor highlight";
    this.element.append(this.behind, this.field);
    this.text = text;
  }

  get text() {
    return this.field.value;
  }

  set text(text) {
    this.field.value = text;
    this.#draw();
  }

  reset() {
    this.text = this.start;
  }

  #draw() {
    const spans = coloured(this.text, this.language).map(([kind, part]) => {
      if (!kind) return part;
      const span = document.createElement("span");
      span.className = kind;
      span.textContent = part;
      return span;
    });
    // A last line that is empty has height only if something follows.
    this.behind.replaceChildren(...spans, "\n");
  }
}
