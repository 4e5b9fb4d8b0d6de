// What was read and solved: kept in this browser, shown in the navigation, sent nowhere. A script
// that checked an exercise says so by the event "advices:solved" with detail {slug}.
{
  const root = new URL("..", document.currentScript.src);
  // Two sites of one host keep their progress apart.
  const KEY = `advices.progress ${root.pathname}`;
  const KIND = "docker-advices-progress";
  const VERSION = 1;
  const TOO_SOON_MS = 700;
  // The last chapter puts the others together: its exercise is the reader’s own Dockerfile.
  const WITHOUT_EXERCISE = new Set(["whole-dockerfile"]);
  // A button before and after, and a mark with its name.
  const WORDS = {
    read: ["Mark as read", "Read ✓ (undo)", "✓", "read"],
    solved: ["I solved the exercise", "Exercise solved ★ (undo)", "★", "exercise solved"],
  };
  const KINDS = Object.keys(WORDS);
  const TROUBLE = {
    blocked: "This browser does not let sites keep anything: you lose your marks when you leave the page.",
    newer: "A newer version of this site keeps your progress here. It does not keep marks from this page.",
    damaged: "Your progress here is damaged and not readable. The next mark replaces it.",
  };

  const isSlug = (slug) => typeof slug === "string" && /^[a-z0-9-]{1,99}$/.test(slug);
  // What keeps a record, of the storage or of a file, from being read: "" when nothing does.
  const fault = (record) => {
    if (record?.kind !== KIND) return "foreign";
    if (record.version > VERSION) return "newer";
    const whole = record.version === VERSION && Object.keys(record).length === 4;
    const each = (kind) => Array.isArray(record[kind]) && record[kind].every(isSlug);
    return whole && KINDS.every(each) ? "" : "damaged";
  };
  const parse = (text) => {
    try {
      return JSON.parse(text);
    } catch {
      return undefined;
    }
  };

  const empty = () => ({ kind: KIND, version: VERSION, read: [], solved: [] });
  let kept = empty();
  let trouble = "";
  const load = () => {
    try {
      const text = localStorage.getItem(KEY);
      const found = text === null ? empty() : parse(text);
      trouble = fault(found).replace("foreign", "damaged");
      kept = trouble ? empty() : found;
    } catch {
      trouble = "blocked";
    }
  };
  const change = (edit) => {
    // Another tab may have written. What could not be kept is known to this page all the same.
    if (!/blocked|newer/.test(trouble)) load();
    edit(kept);
    try {
      if (trouble !== "newer") localStorage.setItem(KEY, JSON.stringify(kept));
      if (trouble === "damaged") trouble = "";
    } catch {
      trouble = "blocked";
    }
    show();
  };
  const has = (kind, slug) => kept[kind].includes(slug);
  const set = (kind, slug, on) =>
    change((record) => {
      record[kind] = record[kind].filter((one) => one !== slug);
      if (on) record[kind].push(slug);
    });

  const make = (tag, attributes, ...content) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...content);
    return made;
  };
  // A button that marks and takes back. `about` tells those of several chapters apart.
  const button = (kind, slug, about = "") => {
    const made = make("button", { type: "button", class: "adv-button", "data-of": `${kind} ${slug}` });
    if (about) made.dataset.about = about;
    made.addEventListener("click", () => set(kind, slug, !has(kind, slug)));
    return made;
  };

  // The slug of a chapter's address; a link to a section of a chapter has none.
  const chapter = ({ pathname, hash }) =>
    !hash && pathname.startsWith(`${root.pathname}chapters/`)
      ? /^([^/]+)\/(index\.html)?$/.exec(pathname.slice(root.pathname.length + 9))?.[1]
      : undefined;
  // The lab's page belongs to the same exercise.
  const here = chapter({ pathname: location.pathname.replace(`${root.pathname}labs/`, `${root.pathname}chapters/`) });
  const mark = (place, slug) => {
    place.querySelector(".adv-done")?.remove();
    const done = KINDS.filter((kind) => has(kind, slug)).map((kind) => WORDS[kind]);
    const name = done.map((words) => words[3]).join(", ");
    const signs = { class: "adv-done", role: "img", "aria-label": name, title: name };
    if (name) place.append(make("span", signs, ...done.map((words) => words[2])));
  };
  // Each chapter with an exercise once, in the order of the navigation, which is the learning path.
  const chapters = () => {
    const found = new Map();
    for (const link of document.querySelectorAll(".md-nav--primary a")) {
      const slug = chapter(link);
      if (slug && !WITHOUT_EXERCISE.has(slug) && !found.has(slug)) found.set(slug, link.querySelector(".md-ellipsis") ?? link);
    }
    const exercise = (slug) => `${root}chapters/${slug}/#exercise`;
    return [...found].map(([slug, name]) => ({ slug, title: name.textContent.trim(), href: exercise(slug) }));
  };
  // Where a chapter's exercise is on the path: its number, whether it is solved, how many are, and
  // the next one behind it that is not, from the top again if need be.
  const path = (slug) => {
    const all = chapters();
    const at = all.findIndex((one) => one.slug === slug);
    const open = [...all.slice(at + 1), ...all.slice(0, Math.max(at, 0))].filter((one) => !has("solved", one.slug));
    const solved = all.filter((one) => has("solved", one.slug)).length;
    return { number: at + 1, of: all.length, solved, isSolved: has("solved", slug), next: open[0] ?? null };
  };
  // Put parts into a place, unless it says that already: a link that is being pressed stays the same.
  const say = (place, ...parts) => {
    if (place.textContent !== parts.map((part) => part.textContent ?? part).join("")) place.replaceChildren(...parts);
  };
  const showWhere = (slug) => {
    const where = document.querySelector(".adv-where");
    const { number, of, solved, isSolved, next } = path(slug);
    if (!where || !number) return;
    say(
      where,
      make("a", { href: `${root}chapters/${slug}/#exercise` }, `Exercise ${number} of ${of}`),
      `${isSolved ? " (solved)" : ""} · ${solved} solved`,
      ...(next ? [" · Next: ", make("a", { href: next.href }, next.title)] : []),
    );
  };

  const show = () => {
    for (const link of document.querySelectorAll(".md-nav--primary a, .adv-path li > a:first-child")) {
      const slug = chapter(link);
      if (!slug) continue;
      mark(link, slug);
      // In the drawer of a narrow window a label stands for the open page.
      const label = link.previousElementSibling;
      if (label?.matches("label")) mark(label, slug);
    }
    for (const made of document.querySelectorAll("[data-of]")) {
      const [kind, slug] = made.dataset.of.split(" ");
      made.textContent = WORDS[kind][+has(kind, slug)];
      if (made.dataset.about) made.ariaLabel = `${made.textContent}: ${made.dataset.about}`;
    }
    for (const sum of document.querySelectorAll(".adv-progress")) {
      const [read, solved] = KINDS.map((kind) => {
        const slugs = sum.dataset[kind].split(" ").filter(Boolean);
        return `${slugs.filter((slug) => has(kind, slug)).length} of ${slugs.length}`;
      });
      sum.textContent = `${read} chapters read, ${solved} exercises solved`;
      sum.hidden = false;
    }
    if (here) showWhere(here);
    for (const note of document.querySelectorAll(".adv-trouble")) note.textContent = TROUBLE[trouble] ?? "";
    document.dispatchEvent(new CustomEvent("advices:progress"));
  };

  const slug = chapter({ pathname: location.pathname });
  if (slug) {
    const read = button("read", slug);
    const about = make("a", { href: `${root}progress/` }, "Your progress");
    document.querySelector("article").append(
      make(
        "section",
        { class: "adv-end", "aria-label": "Your progress" },
        read,
        ...(document.getElementById("exercise") ? [button("solved", slug)] : []),
        make("p", {}, "Only this browser keeps it. ", about),
        make("p", { class: "adv-trouble", role: "status" }),
      ),
    );
    // Whoever scrolls to the end has read the chapter; a jump to a section is no reading.
    let [scrolled, atEnd, jumped, markedAt] = [false, false, "", -Infinity];
    const reached = () => {
      // A page also scrolls when the button gets the focus: then the reader is about to press it.
      const pressing = document.activeElement === read;
      if (scrolled && atEnd && !pressing && !has("read", slug)) {
        markedAt = performance.now();
        set("read", slug, true);
      }
    };
    const watcher = new IntersectionObserver((seen) => {
      atEnd = seen.at(-1).isIntersecting;
      reached();
    });
    watcher.observe(read);
    const scrolling = () => {
      scrolled ||= location.hash === jumped;
      jumped = location.hash;
      reached();
    };
    addEventListener("scroll", scrolling, { passive: true });
    // A click that was on its way when the page marked itself means to mark.
    const late = (event) => {
      if (performance.now() - markedAt < TOO_SOON_MS) event.stopImmediatePropagation();
    };
    read.addEventListener("click", late, { capture: true });
    // Who takes the mark back is not overruled by the next scroll.
    read.addEventListener("click", () => {
      watcher.disconnect();
      removeEventListener("scroll", scrolling);
    });
  }

  const again = () => {
    load();
    show();
  };
  document.addEventListener("advices:solved", ({ detail }) => {
    if (isSlug(detail?.slug)) set("solved", detail.slug, true);
  });
  addEventListener("storage", ({ key }) => {
    if (key === KEY || key === null) again();
  });
  addEventListener("pageshow", ({ persisted }) => {
    if (persisted) again();
  });
  // For docs/assets/progress-page.js, and for the pages that run.
  globalThis.advicesProgress = { KEY, path, say, again, button, change, fault, parse, record: () => kept };
  again();
}
