// Shows what changed every few seconds. Without it the page is the same, once it is loaded again.

const EVERY_MILLISECONDS = 4000;
const place = document.getElementById("parts");
// The hub's own check against forged requests is for what scripts read, too.
const token = document.querySelector('meta[name="xsrf"]').content;

// Who is about to press a button must not lose it.
const replace = (text) => {
  const made = new DOMParser().parseFromString(`<div>${text}</div>`, "text/html").body.firstElementChild;
  if (made.innerHTML === place.dataset.shown) return;
  place.dataset.shown = made.innerHTML;
  const { activeElement: focused } = document;
  const { id } = place.contains(focused) ? focused : {};
  const old = place.querySelector(".wide")?.scrollLeft;
  place.replaceChildren(...made.childNodes);
  if (id) document.getElementById(id)?.focus();
  if (old) place.querySelector(".wide").scrollLeft = old;
};

const look = async () => {
  try {
    const answer = await fetch(place.dataset.from, { headers: { "X-XSRFToken": token } });
    // Who is logged out by now is asked to log in.
    if (answer.redirected) location.reload();
    else if (answer.ok) replace(await answer.text());
    document.body.dataset.lost = answer.ok ? "" : "yes";
  } catch {
    document.body.dataset.lost = "yes";
  }
  say();
};

const said = document.createElement("p");
said.className = "notice";
said.setAttribute("role", "status");
const say = () => {
  said.textContent = document.body.dataset.lost ? "The hub does not answer: this is what was known before." : "";
};

if (place) {
  place.before(said);
  setInterval(() => document.hidden || look(), EVERY_MILLISECONDS);
  document.addEventListener("visibilitychange", () => document.hidden || look());
}
