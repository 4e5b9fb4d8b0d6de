// The page "Your progress": its table, and progress as a file. It stands on docs/assets/progress.js.
{
  const { KEY, again, button, change, fault, parse, record } = globalThis.advicesProgress;
  const REFUSED = {
    foreign: "This is not a progress file of Docker Advices. Nothing was changed.",
    newer: "This file comes from a newer version of this site, which this one cannot read. Nothing was changed.",
    damaged: "This progress file is damaged. Nothing was changed.",
  };
  // A record of every chapter there could be is far smaller.
  const LARGEST_FILE_BYTES = 100_000;
  const [said, file, ask] = ["said", "file", "ask"].map((id) => document.getElementById(`adv-${id}`));
  const on = (id, act) => document.getElementById(`adv-${id}`).addEventListener("click", act);
  const say = (text) => {
    said.textContent = text;
  };

  // An import only adds: what is solved stays solved.
  const merge = (kept, other) => {
    for (const kind of ["read", "solved"])
      kept[kind] = [...new Set([...kept[kind], ...other[kind]])];
  };

  for (const cell of document.querySelectorAll("[data-cell]")) {
    const chapter = cell.closest("tr").querySelector("a").textContent;
    cell.append(button(...cell.dataset.cell.split(" "), chapter));
  }

  on("export", () => {
    const blob = new Blob([`${JSON.stringify(record(), null, 2)}\n`], { type: "application/json" });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = "docker-advices-progress.json";
    link.click();
    // The download has its own copy by the next turn.
    setTimeout(() => URL.revokeObjectURL(link.href));
    say("Saved your progress as docker-advices-progress.json.");
  });

  on("import", () => file.click());
  file.addEventListener("change", async () => {
    const [chosen] = file.files;
    if (!chosen) return;
    const found = chosen.size > LARGEST_FILE_BYTES ? undefined : parse(await chosen.text());
    const wrong = fault(found);
    if (!wrong) change((kept) => merge(kept, found));
    say(wrong ? REFUSED[wrong] : "Added the file's marks to your progress.");
    // The same file may be chosen again.
    file.value = "";
  });

  on("reset", () => ask.showModal());
  on("keep", () => ask.close());
  on("forget", () => {
    try {
      localStorage.removeItem(KEY);
    } catch {
      // Where nothing is kept, the page alone has to forget.
    }
    again();
    if (record().read.length + record().solved.length)
      change((kept) => Object.assign(kept, { read: [], solved: [] }));
    ask.close();
    say("Your progress is gone.");
  });
  // A click beside the dialog is one on its backdrop.
  ask.addEventListener("click", (event) => {
    if (event.target === ask) ask.close();
  });

  document.getElementById("adv-mine").hidden = false;
  again();
}
