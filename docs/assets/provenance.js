// Provenance at a click: where a number, a table or a chart comes from, without leaving the page.
// A link with data-from (src/advices/site/origin.py) opens a dialog, filled from the published result.
// With a modifier key, without this script, or when the result cannot be read, it stays a link.
{
  const read = async (address) => {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
    return answer.json();
  };

  // Everything that is shown goes through here as text: a result holds what anybody wrote.
  const make = (tag, content = "", attributes = {}) => {
    const element = document.createElement(tag);
    element.append(...[content].flat());
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    return element;
  };

  const sum = (layers, size) => layers.reduce((total, layer) => total + layer[size], 0);
  const ran = (build, cached) => build.steps.filter((step) => step.cached === cached).length;

  // What was measured: samples in seconds, a value, or undefined for what the page must tell.
  const measured = (variant, measure) => {
    const [name, of] = measure.split(".").reverse();
    const build = variant.builds[of];
    if (build) {
      const counted = { steps_run: ran(build, false), steps_cached: ran(build, true) };
      return name === "seconds" ? build.timing.samples : { ...build, ...counted }[name];
    }
    const start = of ? variant.starts[of] : variant.boot;
    if (name === "first_200_seconds") return start?.first_200?.samples;
    if (of) return start?.[name];
    const image = {
      ...{ context_bytes: variant.context_bytes, behaviours: variant.behaviours },
      ...{ layers: variant.layers.length, ...variant.boot, ...variant.probed },
      disk_bytes: sum(variant.layers, "disk_bytes"),
      transfer_bytes: sum(variant.layers, "transfer_bytes"),
    };
    return variant.timings[name]?.samples ?? image[name];
  };

  const seconds = (number) => `${Math.round(number * 1000) / 1000} s`;
  const spread = (samples) => {
    if (samples.length === 1) return `${seconds(samples[0])}, one sample`;
    const sorted = [...samples].sort((a, b) => a - b);
    const median = (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
    const [least, most] = [sorted[0], sorted.at(-1)].map(seconds);
    const all = samples.map(seconds).join(", ");
    return `median ${seconds(median)}, from ${least} to ${most}; ${samples.length} samples: ${all}`;
  };
  const exact = (measure, value) => {
    if (typeof value === "boolean") return value ? "yes" : "no";
    if (typeof value !== "number") return value || "none";
    if (measure === "packages" && !value) return "not counted: the image has no list of them";
    return value.toLocaleString("en") + (measure.endsWith("_bytes") ? " bytes" : "");
  };

  // What the link is about, with the words of the published schema for each measure.
  const about = (link, result, words) => {
    const [, variants, measures] = /^(?:exercises\/)?[^/]+(?:\/([^/]*)\/(.*))?$/
      .exec(link.dataset.from).map((part) => part ?? "");
    const names = variants ? variants.split(/[,:]/) : Object.keys(result.variants);
    // A variant may lack a build or a start that others have.
    const built = (some) => [...new Set(some.flatMap((name) => Object.keys(result.variants[name].builds)))];
    const [builds, every] = [built(names), built(Object.keys(result.variants))];
    const list = (measures ? measures.split(",") : []).map((measure) => {
      const [name, of] = measure.split(".").reverse();
      const kind = !of ? "image" : of === "+" || every.includes(of) ? "build" : "start";
      const each = of === "+" ? builds.map((build) => `${build}.${name}`) : [measure];
      const { label, meaning } = words[kind][name];
      return { each, label: of && of !== "+" ? `${label} (${of})` : label, meaning };
    });
    return { names, list };
  };

  const what = (link, result, words) => {
    const { names, list } = about(link, result, words);
    const number = link.classList.contains("adv-value");
    const rows = [];
    const samples = [];
    for (const { each, label, meaning } of list) {
      rows.push([number ? link.title.split(". Measured")[0] : label, meaning]);
      for (const measure of each) {
        for (const name of names) {
          const value = measured(result.variants[name], measure);
          const of = each.length > 1 ? `${name}, ${measure.split(".")[0]}` : name;
          if (Array.isArray(value)) samples.push(`${label}, ${of}: ${spread(value)}`);
          else if (number) rows.push([`Variant ${of}`, exact(measure, value ?? link.textContent)]);
        }
      }
    }
    if (link.dataset.from.includes(":")) rows.push(["Compared", names.join(" with ")]);
    if (link.title && !number) rows.unshift(["What it shows", link.title]);
    if (list.length) rows.push(["Samples", ...(samples.length ? samples : ["Counted, not timed"])]);
    return rows;
  };

  const where = ({ provenance: source, variants }) => {
    const scans = Object.values(variants).flatMap((variant) => variant.scans).reverse();
    const scanners = new Map(scans.map((scan) => [scan.scanner, scan]));
    return [
      ["Measured", source.date],
      ["Commit", source.commit],
      ["Key", source.key],
      [
        "Mode",
        `${source.mode}; samples per timing: ${source.cold_samples} of the first build, ` +
          `${source.replay_samples} of everything else`,
      ],
      ...Object.entries(source.bases).map(([name, base]) => [
        `Base ${name}`,
        base.kind === "official" ? "official image" : base.kind,
        base.identity,
        ...(base.contents
          ? [`packages ${base.contents}: ${base.versions.join(", ")}`]
          : []),
      ]),
      ...[...scanners.values()].map((scan) => [
        `Scanner ${scan.scanner}`,
        ...(scan.ran ? [`${scan.version}, run ${scan.date}`, scan.image] : [`not run: ${scan.why_not}`]),
      ]),
      ["Engine", `Docker ${source.engine_version}, buildx ${source.buildx_version}`],
      ["Storage driver", source.storage_driver],
      ["Machine", `${source.platform}, ${source.cores} cores`],
      ["Packages from", `PyPI, ${source.pip_index}`],
      ["Toolkit", `advices ${source.toolkit_version}`],
    ];
  };

  const repeat = (from) => {
    const [, exercise, slug] = /^(exercises\/)?([^/]+)/.exec(from);
    const command = exercise
      ? `./run advices -- check-exercise ${slug} --prove`
      : `./run advices -- run ${slug} --force`;
    const copy = make("button", "Copy", { type: "button" });
    copy.addEventListener("click", async () => {
      await navigator.clipboard.writeText(command);
      copy.textContent = "Copied";
    });
    // A page that came over plain HTTP may not write to the clipboard.
    return make("p", ["Repeat it: ", make("code", command), ...(navigator.clipboard ? [copy] : [])], {
      class: "adv-dialog__repeat",
      "aria-live": "polite",
    });
  };

  const table = (rows) => {
    const line = ([term, ...said]) => make("div", [make("dt", term), ...said.map((one) => make("dd", one))]);
    return make("dl", rows.map(line));
  };

  const dialog = make("dialog", "", {
    class: "adv-dialog md-typeset",
    "aria-labelledby": "adv-dialog-title",
  });
  let opener;
  const show = (link, address, result, schema) => {
    const title = link.classList.contains("adv-value") ? link.textContent : "Where this comes from";
    const close = make("button", "Close", { type: "button" });
    close.addEventListener("click", () => dialog.close());
    dialog.replaceChildren(
      make("header", [make("h2", title, { id: "adv-dialog-title" }), close]),
      table(what(link, result, schema["x-measures"])),
      repeat(link.dataset.from),
      table(where(result)),
      make("p", [
        make("a", "The provenance on the lab’s page", { href: link.href }),
        " · ",
        make("a", "The result as JSON", { href: address }),
      ]),
    );
    if (!dialog.isConnected) document.body.append(dialog);
    opener = link;
    dialog.showModal();
    dialog.scrollTop = 0;
  };
  // Not every browser gives the focus back to a link that was clicked.
  dialog.addEventListener("close", () => opener.focus());
  dialog.addEventListener("click", (event) => {
    // A click beside the dialog is one on its backdrop; a link to this very page leads away too.
    if (event.target === dialog || event.target.closest("a")) dialog.close();
  });

  addEventListener("click", async (event) => {
    const link = event.target.closest?.("a[data-from]");
    const plain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
    if (!link || !plain || event.button) return;
    event.preventDefault();
    try {
      const results = new URL("../../results/", link.href);
      const [, slug] = /^((?:exercises\/)?[^/]+)/.exec(link.dataset.from);
      const address = new URL(`${slug}.json`, results);
      const found = [address, new URL("schema.json", results)].map(read);
      show(link, address.href, ...(await Promise.all(found)));
    } catch {
      location.assign(link.href);
    }
  });
}
