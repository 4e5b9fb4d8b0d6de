// Names for what Material makes without one, so that a screen reader can tell them apart.
const name = () => {
  document.querySelectorAll("nav.md-code__nav").forEach((nav, index) => {
    nav.setAttribute("aria-label", `Code ${index + 1}`);
  });
  // A table or code block wider than the page scrolls, and must scroll from the keyboard too.
  document.querySelectorAll(".md-typeset__scrollwrap, .md-typeset pre > code, .adv-table").forEach((box) => {
    if (box.scrollWidth > box.clientWidth) box.setAttribute("tabindex", "0");
  });
};
// Material's menu and search are opened by labels, which no key reaches: a button lies on each.
for (const label of document.querySelectorAll("label:is(.md-header__button:not([title]), .md-nav__link, .md-nav__title)[for^=__]")) {
  const toggle = document.getElementById(label.htmlFor);
  const button = document.createElement("button");
  button.type = "button";
  button.className = "adv-key";
  button.ariaLabel = { __drawer: "Menu", __search: "Search" }[toggle.id] ?? label.textContent.trim();
  button.addEventListener("click", () => toggle.click());
  label.append(button);
}
addEventListener("keydown", ({ key }) => {
  const drawer = document.getElementById("__drawer");
  if (key === "Escape" && drawer.checked) drawer.click();
});
// Material adds its own parts after this script ran.
new MutationObserver(name).observe(document.body, { childList: true, subtree: true });
addEventListener("load", name);
// On paper nobody can follow a link: the style writes out where it leads.
addEventListener("beforeprint", () => {
  for (const link of document.querySelectorAll("article a[href]:not([href^='#'])")) link.dataset.leads = link.href;
});
// The explorer's scripts come when a reader comes near, so that the page stays light for who does not.
const explorer = document.querySelector(".adv-explorer");
if (explorer) {
  const scripts = new URL("explorer.js", document.currentScript.src);
  new IntersectionObserver(([seen], watch) => {
    if (!seen.isIntersecting) return;
    watch.disconnect();
    import(scripts);
  }, { rootMargin: "400px" }).observe(explorer);
}
