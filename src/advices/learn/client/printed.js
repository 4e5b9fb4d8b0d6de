// What a terminal would show of a text: a carriage return goes back to the start of the line, and
// what follows is written over it.

const ANSI = /\x1b\[[0-9;?]*[A-Za-z]/g;
const ERASED = /^\x1b\[[02]?K/;

export const bare = (text) => text.replace(ANSI, "");

export const overwritten = (line) => {
  let shown = "";
  for (const part of line.split("\r")) {
    const text = bare(part);
    shown = ERASED.test(part) ? text : text + shown.slice(text.length);
  }
  return shown;
};

// Lines as they come in pieces: `open` is the one that has no end yet, as a terminal shows it.
export class Lines {
  #raw = "";

  // Take a piece in; return the lines that ended with it.
  take(text) {
    const lines = (this.#raw + text).split("\n");
    const last = lines.pop();
    const at = last.lastIndexOf("\r");
    // Progress may write one line over a thousand times.
    this.#raw = at < 0 ? last : `${overwritten(last.slice(0, at))}\r${last.slice(at + 1)}`;
    return lines.map(overwritten);
  }

  get open() {
    return overwritten(this.#raw);
  }
}
