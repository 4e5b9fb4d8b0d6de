// Who begins to write will check: the kernel is started meanwhile, so that the check need not wait.

export const warmedByWriting = (lesson, cell) =>
  cell.editor.field.addEventListener(
    "input",
    async () => {
      await lesson.look();
      if (lesson.kernel.exists) return;
      try {
        await lesson.ready();
      } catch {
        // The check itself will say what is wrong.
        lesson.say("");
      }
    },
    { once: true },
  );
