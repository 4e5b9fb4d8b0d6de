// Cells that wait for their turn, by tab: when the page is loaded again they are not run, and say so.

const key = (lesson) => `advices:waits:${lesson.tab}`;

const change = (lesson, edit) => {
  try {
    const waits = JSON.parse(sessionStorage[key(lesson)] ?? "{}");
    edit(waits);
    sessionStorage[key(lesson)] = JSON.stringify(waits);
  } catch {
    // Where storage is blocked, a page that is loaded again is a new one.
  }
};

const nameOf = (cell) => `${location.pathname} ${cell.key}`;

export const beginsToWait = (cell) =>
  change(cell.lesson, (waits) => (waits[nameOf(cell)] = cell.editor.text));

export const waitsNoMore = (cell) => change(cell.lesson, (waits) => delete waits[nameOf(cell)]);

// Tell each cell of a page that was loaded again while it waited; its text is the one that waited.
export const tellWhoWaited = (lesson) =>
  change(lesson, (waits) => {
    for (const cell of lesson.cells) {
      const text = waits[nameOf(cell)];
      if (text === undefined) continue;
      delete waits[nameOf(cell)];
      cell.editor.text = text;
      cell.state.textContent = "Not run: the page was loaded again while this one waited.";
    }
  });
