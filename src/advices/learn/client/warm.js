// Who begins to write will check: meanwhile the kernel is started, and does what no Dockerfile decides,
// so that the check need not.

export const warmedByWriting = (lesson, cell, exercise) =>
  cell.editor.field.addEventListener(
    "input",
    async () => {
      await lesson.look();
      if (lesson.kernel.busy) return;
      try {
        await lesson.ready();
        await lesson.quietly(`_cells.get_ready(${JSON.stringify(exercise)})`);
      } catch {
        // The check itself will say what is wrong.
        lesson.say("");
      }
    },
    { once: true },
  );
