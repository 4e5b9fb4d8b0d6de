"""What is looked at on a page. Each check returns its faults: none is good.

They are functions so that test_checks.py can show of each that it finds what it is for.
"""

import re
from urllib.parse import urlsplit

from advices import results
from advices.lab import MeasureName
from advices.results.wording import ratio_text, value_text


def watch(page):
    """Block and record whatever a page asks of another host; record errors of its console."""
    faults = []

    def decide(route):
        host = urlsplit(route.request.url).hostname
        if host == "127.0.0.1" or route.request.url.startswith("data:"):
            route.continue_()
        else:
            faults.append(f"asks another host: {route.request.url}")
            route.abort()

    page.context.route("**/*", decide)
    page.on("websocket", lambda socket: faults.append(f"opens a websocket: {socket.url}"))
    page.on("pageerror", lambda error: faults.append(f"script error: {error}"))

    def hear(said):
        # Chromium breaks off what it loads when an address of the machine comes or goes, as those
        # of engine tests do that run meanwhile. What a page lacks then, other checks see.
        if said.type == "error" and "ERR_NETWORK_CHANGED" not in said.text:
            faults.append(f"console: {said.text}")

    page.on("console", hear)
    return faults


def too_wide(page):
    """Return the elements that make a page scroll sideways."""
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    if wide <= 0:
        return []
    culprits = page.evaluate(
        """[...document.querySelectorAll("body *")]
           .filter(e => e.getBoundingClientRect().right > innerWidth + 1)
           .slice(0, 3).map(e => e.tagName + "." + e.getAttribute("class"))"""
    )
    return [f"{page.url} is {wide} px too wide: {culprits}"]


def numbers(page, folder):
    """Return the numbers on a page that are not the ones of the results in `folder`."""
    shown = page.eval_on_selector_all(
        "a.adv-value", "all => all.map(a => [a.dataset.from || '', a.textContent])"
    )
    return [
        f"{page.url}: {where or 'a number of no origin'} shows {text!r}"
        for where, text in shown
        if text != expected(where, folder)
    ]


def expected(where, folder):
    """Return the text of a number by its data-from, `slug/variant/measure` or `slug/a:b/m`.

    The number of an exercise has `exercises/` before that.
    """
    if where.startswith("exercises/"):
        folder, where = folder / "exercises", where.removeprefix("exercises/")
    slug, variant, measure = where.split("/") if where.count("/") == 2 else ("", "", "")
    if not slug:
        return None
    result, name = results.load(folder, slug), MeasureName.parse(measure)
    of, colon, to = variant.partition(":")
    if colon:
        return ratio_text(result.value(of, name), result.value(to, name))
    return value_text(name, result.value(variant, name))


def origins(page):
    """Return the address of the provenance of all that names its origin, each once."""
    return set(page.eval_on_selector_all("a[data-from]", "all => all.map(a => a.href)"))


def origins_missing(page):
    """Return the tables and charts of numbers that no line below leads to where they come from.

    Figures of history were not measured, and the provenance itself needs none. A table that an
    author wrote has words, or numbers that are links themselves.
    """
    return page.evaluate(
        """() => {
             const stop = "h2, h3, pre, table, figure, .md-typeset__scrollwrap, .highlight";
             const led = e => {
               while (e && !e.nextElementSibling) e = e.parentElement;
               for (e = e?.nextElementSibling; e && !e.matches(stop); e = e.nextElementSibling)
                 if (e.querySelector("a.adv-from[data-from]")) return true;
               return false };
             const end = document.querySelector("h2#provenance");
             const after = e => end && end.compareDocumentPosition(e) & 4;
             const counts = cell => [...cell.childNodes].some(
               part => part.nodeName != "CODE" && /\\d/.test(part.textContent));
             const words = e => e.matches("table") && (e.querySelector(".adv-value")
               || ![...e.querySelectorAll("td")].some(counts));
             return [...document.querySelectorAll("article table, article figure")]
               .filter(e => !e.closest("figure table, .adv-history") && !after(e) && !words(e))
               .filter(e => !led(e))
               .map(e => "no origin: " + e.textContent.trim().slice(0, 60)) }"""
    )


def provenance(page):
    """Return what is wrong with the provenance section of the page that is open."""
    heading = page.locator("#provenance")
    if heading.count() != 1:
        return [f"{page.url}: there is no section #provenance"]
    after = heading.evaluate(
        """h => { let text = ""; for (let e = h.nextElementSibling; e && e.tagName != "H2";
               e = e.nextElementSibling) text += e.textContent; return text }"""
    )
    needed = ("Key", "Commit", "Engine", "advices -- run")
    return [f"{page.url}: the provenance lacks {name}" for name in needed if name not in after]


def charts(page):
    """Return the charts of a page without role, name, or a table behind them."""
    return page.evaluate(
        """[...document.querySelectorAll("svg.adv-chart")].flatMap((svg, n) => {
             const faults = [], say = what => faults.push(`chart ${n + 1}: ${what}`);
             if (svg.getAttribute("role") != "img") say("no role img");
             if (!(svg.getAttribute("aria-label") || "").includes(":")) say("no name");
             if (svg.getBoundingClientRect().width < 200) say("too narrow to see");
             const figure = svg.closest("figure");
             if (!figure || !figure.querySelector("figcaption")) say("no caption");
             if (!figure || figure.querySelectorAll("details table tbody tr").length < 1)
               say("no table behind");
             return faults })"""
    )


def unnamed(page):
    """Return landmarks and scrolling boxes that a keyboard or a screen reader cannot use."""
    return page.evaluate(
        """[...document.querySelectorAll("nav, [role=dialog]")]
             .filter(e => !e.getAttribute("aria-label") && !e.getAttribute("aria-labelledby"))
             .map(e => "no name: " + e.outerHTML.slice(0, 80))
           .concat([...document.querySelectorAll("main pre > code, main .md-typeset__scrollwrap")]
             .filter(e => e.scrollWidth > e.clientWidth + 1 && e.tabIndex < 0)
             .map(e => "scrolls without focus: " + e.textContent.slice(0, 40)))"""
    )


# A tag or rule that makes a browser load something. A plain link (<a href>) loads nothing.
LOADS = re.compile(
    r"""<(?:script|img|iframe|source|video|audio|embed|track|input)\b[^>]*?\ssrc=["']?((?:https?:)?//[^\s"'>]+)
      | <link\b(?=[^>]*\brel=["']?[^"'>]*(?:stylesheet|icon|preload|preconnect|prefetch|manifest))
        [^>]*?\shref=["']?((?:https?:)?//[^\s"'>]+)
      | <(?:object)\b[^>]*?\sdata=["']?((?:https?:)?//[^\s"'>]+)
      | <(?:use|image)\b[^>]*?\shref=["']?((?:https?:)?//[^\s"'>]+)
      | \ssrcset=["'][^"']*?((?:https?:)?//[^\s"'>]+)
      | @import\s+(?:url\()?["']?((?:https?:)?//[^\s"')]+)
      | url\(\s*["']?((?:https?:)?//[^\s"')]+)""",
    re.I | re.X,
)


def loads(text):
    """Return the addresses of other hosts that a built HTML or CSS file makes a browser load."""
    return [next(filter(None, found)) for found in LOADS.findall(text)]


def script_loads(text):
    """Return the addresses that a script of ours could load: any whole address in it."""
    return re.findall(r"""["'`](https?://[^"'`]+)""", text)
