// Brings what makes a page run, and is a part of the page itself: what is fetched may not come.
// Chromium breaks off what it loads when an address of the machine comes or goes
// (ERR_NETWORK_CHANGED), and each container's network does that.

const WAITS_MILLISECONDS = [100, 200, 400, 800, 1600, 3200];
const styles = document.querySelectorAll('link[rel="stylesheet"]');
const { client, scripts } = document.querySelector('meta[name="advices-client"]').dataset;

const until = async (act) => {
  for (const [number, milliseconds] of [...WAITS_MILLISECONDS, 0].entries()) {
    if (await act(number)) return true;
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
  }
  return false;
};

const sheet = (link, address) =>
  new Promise((resolve) => {
    const again = link.cloneNode();
    again.href = address;
    again.onload = () => resolve(true);
    again.onerror = () => {
      again.remove();
      resolve(false);
    };
    link.after(again);
  });

// One that did not come is there too, and nobody may read its rules.
const came = ({ sheet }) => {
  try {
    return sheet.cssRules.length > 0;
  } catch {
    return false;
  }
};

// A browser never asks again for a module that did not come. So each is fetched by itself first, as
// often as it takes, and the browser has kept them all when they are imported.
const fetched = (address) =>
  until(async () => {
    try {
      const answer = await fetch(address);
      return answer.ok && Boolean(await answer.text());
    } catch {
      return false;
    }
  });

const run = async () => {
  const all = scripts.split(" ").map((name) => fetched(`${client}${name}`));
  if (!(await Promise.all(all)).every(Boolean)) return false;
  try {
    await import(`${client}learn.js`);
    return true;
  } catch (error) {
    // One that came and failed is a fault of ours.
    if (window.advicesLive) throw error;
    return false;
  }
};

for (const link of styles)
  if (!came(link)) until((number) => sheet(link, `${link.href.replace(/\?.*$/, "")}?${number}`));

if (!(await run())) {
  const said = document.createElement("p");
  said.className = "adv-bar";
  said.setAttribute("role", "alert");
  const server = document.querySelector('meta[name="advices-hub"]') ? "your server" : "`./run learn`";
  said.textContent = `The scripts that make this page run did not load. Is ${server} still running? Then load the page again.`;
  document.querySelector(".md-content h1")?.after(said);
}
