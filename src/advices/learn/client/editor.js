// A labelled text field with syntax colours, line numbers and an undo of its own: the library is
// prism-code-editor. Tab indents while somebody types; after Escape, after Ctrl+Enter, and in a
// field that was only walked into, Tab goes on to the next thing as everywhere on a page.

import { make } from "./html.js";
import { createEditor, defaultKeymap, editHistory, editorCommands, insertText } from "./vendored.js";

const FIELD = { spellcheck: "false", autocapitalize: "off", autocomplete: "off", autocorrect: "off" };
const COMMANDS = ["Enter", "1+ArrowUp", "1+ArrowDown", "Mod+/", "Mod+[", "Mod+]"];
const SPACES = 4;

let help;

// How the keyboard works here, told once a page to who asks what a field is for.
const helped = () => {
  if (!help?.isConnected) {
    help = make("p", { id: "adv-keys", hidden: "" }, "Tab indents while you type. Escape, then Tab leaves the field. Control and Enter runs it.");
    document.body.append(help);
  }
  return help.id;
};

export class Editor {
  #editor;
  #types = false;

  constructor(text, language, label, run) {
    this.start = text;
    this.language = language;
    const tab = (key) => (editor, event) => this.#types && defaultKeymap[key](editor, event);
    const keys = {
      ...Object.fromEntries(COMMANDS.map((key) => [key, defaultKeymap[key]])),
      ...{ Tab: tab("Tab"), "8+Tab": tab("8+Tab") },
      "Mod+Enter": () => {
        this.#types = false;
        run();
        return true;
      },
    };
    const options = { language, value: text, tabSize: SPACES, insertSpaces: true, lineNumbers: true };
    // It closes no brackets by itself: what is dictated or pasted stays as it is.
    this.#editor = createEditor(null, options, editorCommands(keys, []), editHistory());
    this.field = this.#editor.textarea;
    const named = { "aria-label": label, "aria-describedby": helped(), "aria-multiline": "true" };
    for (const [name, value] of Object.entries({ ...FIELD, ...named })) this.field.setAttribute(name, value);
    this.#editor.keyCommandMap.Escape = () => {
      this.#types = false;
    };
    this.field.addEventListener("focus", () => (this.#types = false));
    for (const kind of ["input", "pointerdown"]) this.field.addEventListener(kind, () => (this.#types = true));
    this.element = make("div", { class: "adv-editor adv-coloured" }, this.#editor.container);
  }

  get text() {
    return this.field.value;
  }

  set text(text) {
    if (text !== this.text) this.#editor.setOptions({ value: text });
  }

  // Write as if it were typed: the field's own undo takes it back. The focus stays where it is.
  write(text) {
    if (text === this.text) return;
    const focused = document.activeElement;
    insertText(this.#editor, text, 0, this.text.length, 0);
    focused?.focus();
    // Where the browser does not let a script type.
    this.text = text;
  }

  reset() {
    this.write(this.start);
  }
}
