// Which steps of a Dockerfile run again after an edit, and which orders do not build.
// Pure: no page, no network, no clock. tests/unit/test_cache_model.py holds it against every
// measured build. It knows Dockerfiles of one stage, and gets their instructions from the toolkit's
// reader: each on one line, its name in capitals, in one spelling.

/** Return whether an instruction is a step: one that runs or comes from the cache. */
export const isStep = (line) => /^(RUN|COPY|ADD) /.test(line);

// A pattern of .dockerignore or COPY matches a path and all that lies below it.
const matches = (pattern, path) => {
  const clean = pattern.replace(/^(\.?\/)+|\/+$/g, "");
  if (clean === "" || clean === ".") return true;
  const as = { "**/": "(.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]" };
  const source = clean.replace(/\*\*\/|\*\*|\*|\?|[.+^$(){}|\\]/g, (sign) => as[sign] ?? `\\${sign}`);
  return new RegExp(`^${source}(/.*)?$`).test(path);
};

/** Return whether the lines of a .dockerignore keep a path out of the build; the last one wins. */
export const ignored = (path, patterns) =>
  patterns.reduce(
    (out, pattern) => (matches(pattern.replace(/^!/, ""), path) ? !pattern.startsWith("!") : out),
    false,
  );

/** Return whether a RUN sees a file of the project in a mount. */
const mounts = (line, path) =>
  [...line.matchAll(/ --mount=(\S+)/g)].some(([, options]) => {
    const set = Object.fromEntries(options.split(",").map((option) => option.split("=")));
    const bind = (set.type ?? "bind") === "bind" && !set.from;
    return bind && matches(set.source ?? set.src ?? ".", path);
  });

/** Return whether a COPY or ADD copies a file of the project, or a RUN sees it in a mount. */
export const copies = (line, path) => {
  const [name, ...words] = line.split(" ");
  if (name === "RUN") return mounts(line, path);
  if (!/^(COPY|ADD)$/.test(name) || words.some((word) => word.startsWith("--from="))) return false;
  const sources = words.filter((word) => !word.startsWith("--")).slice(0, -1);
  return sources.some((source) => matches(source, path));
};

/**
 * Return for each step whether it runs: {line, runs, first}; `first` marks where the cache stops.
 * `file` is the edited file, if any; `ignore` the lines of .dockerignore; `cold` an empty cache.
 */
export const rebuild = (lines, { file = null, ignore = [], cold = false }) => {
  // A file that .dockerignore keeps out is no input of any step.
  const edited = file !== null && !ignored(file, ignore);
  let runs = cold;
  return lines.filter(isStep).map((line) => {
    const before = runs;
    runs ||= edited && copies(line, file);
    return { line, runs, first: runs && !before };
  });
};

// What the commands of the labs need, in words.
const needs = (command) => {
  const list = /\bpip3? (?:.* )?install\b.* -r (\S+)/.exec(command)?.[1];
  const program = /\bpython3? (?:-m compileall (?:-\S+ )*)?(\w+\.py)\b/.exec(command)?.[1];
  return { list, program, packages: program === "manage.py", writes: /\bcollectstatic\b/.test(command) };
};

/**
 * Return why a Dockerfile does not build, as {number, line, why}, or null when nothing speaks against it.
 * It looks for what commands need: files that were copied, packages that were installed, the
 * right to write.
 */
export const misfit = (lines, ignore = []) => {
  // Only ARG may stand above FROM.
  const first = Math.max(0, lines.findIndex((line) => !/^ARG /.test(line)));
  if (!/^FROM /.test(lines[first] ?? "")) return { number: first, line: lines[first] ?? "", why: "FROM must come first" };
  const stays = (line, file) => !line.startsWith("RUN ") && copies(line, file);
  const copied = (file, number) =>
    !ignored(file, ignore) &&
    (mounts(lines[number], file) || lines.slice(0, number).some((line) => stays(line, file)));
  let installed = false;
  let user = null;
  for (const [number, line] of lines.entries()) {
    const set = /^USER (\S+)/.exec(line)?.[1];
    if (set) user = /^(root|0)(:|$)/.test(set) ? null : set.split(":")[0];
    if (!/^RUN /.test(line)) continue;
    for (const command of line.split("&&")) {
      const { list, program, packages, writes } = needs(command);
      const missing = [list, program].find((file) => file && !copied(file, number));
      if (missing) return { number, line, why: `${missing} is not there yet: no line before it copies it` };
      if (packages && !installed) return { number, line, why: "the packages it imports are not installed yet" };
      if (user && list) return { number, line, why: `user ${user} may not write where packages are installed` };
      if (user && writes) return { number, line, why: `user ${user} may not write into the folder of the project` };
      installed ||= Boolean(list);
    }
  }
  return null;
};

/** Return what happens as one sentence; `says` are the words for the edit. */
export const sentence = (lines, { says, file = null, ignore = [] }) => {
  const wrong = misfit(lines, ignore);
  if (wrong) return `This would not build. At “${wrong.line}”: ${wrong.why}.`;
  const steps = rebuild(lines, { file, ignore });
  const ran = steps.filter((step) => step.runs).length;
  const when = says[0].toUpperCase() + says.slice(1);
  const kept = file !== null && ignored(file, ignore) ? ` .dockerignore keeps ${file} out of the build.` : "";
  if (ran === 0) return `${when}: no step runs again, all ${steps.length} come from the cache.${kept}`;
  const from = steps.find((step) => step.first).line;
  return `${when}: ${ran} of ${steps.length} steps run again, from “${from}” on.`;
};
