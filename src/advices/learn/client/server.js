// What the page asks of the server that sent it. It has the server's own origin: the cookie says
// who asks, and no script knows a token.

import { hub } from "./hub.js";

// Scripts lie below learn-client/<digest of all of them>/.
export const BASE = new URL(/.*\/(?=learn-client\/)/.exec(import.meta.url)[0]);

// Chromium breaks off what is on its way when an address of the machine comes or goes, as each
// container's does, and the server is as well as before. About three seconds in all.
const WAITS_MILLISECONDS = [100, 200, 400, 800, 1600];

export class Gone extends Error {}
export class Refused extends Error {}
export class Died extends Error {}

const isNamed = (name) => Boolean(document.querySelector(`meta[name="${name}"]`));
export const inClass = isNamed("advices-class");
// A seat is on the machine of the class; a laptop that joined is its learner's own.
export const inSeat = inClass && !isNamed("advices-own");

const cookie = (name) =>
  document.cookie.split("; ").find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1);

// Try something until the server answers; what is tried can be done twice without harm.
export const patiently = async (act) => {
  for (const milliseconds of WAITS_MILLISECONDS) {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof Gone)) throw error;
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
    }
  }
  return act();
};

const asked = async (path, method, body) => {
  try {
    const answer = await fetch(new URL(path, BASE), {
      method,
      body: body && JSON.stringify(body),
      headers: { "Content-Type": "application/json", "X-XSRFToken": cookie("_xsrf") ?? "" },
    });
    return [answer, await answer.text()];
  } catch {
    throw new Gone("The server does not answer.");
  }
};

// Each request may arrive twice: one that starts a session finds the session that there is.
export const ask = async (path, method = "GET", body = undefined) => {
  const [answer, text] = await patiently(() => asked(path, method, body));
  if (answer.status === 403 || answer.redirected) throw new Refused("The server refused this.");
  // So says a hub of a server that does not run.
  if (hub && [424, 503].includes(answer.status)) throw new Gone("The server does not run.");
  if (answer.status === 404) throw new Died("There is no such kernel any more.");
  if (answer.status === 429) throw new Error(JSON.parse(text).message);
  if (!answer.ok) throw new Error(`The server answered ${answer.status}.`);
  return text ? JSON.parse(text) : null;
};

// What a reader is told of a fault on the way to the kernel.
export const why = (error) => {
  if (inSeat && (error instanceof Gone || error instanceof Refused))
    return "Your server has ended: your trainer reset your seat, or nobody used it for an hour; or the hub is being started again. Load this page again in a moment: what you typed in an exercise is kept.";
  if (hub && error instanceof Gone)
    return "Your server is gone, or the hub is. Open the hub's control panel, start your server there, and run the cell once more.";
  if (hub && error instanceof Refused)
    return "The hub does not know this browser any more, or your server has ended. Load this page again: what you typed in an exercise is kept.";
  if (error instanceof Gone)
    return "The server is gone. Start `./run learn` again, open the address that it prints, and run the cell once more.";
  if (error instanceof Refused && !["127.0.0.1", "localhost"].includes(location.hostname))
    return `The server refuses what comes from ${location.host}. Start it with \`./run learn -- --forwarded-host ${location.protocol === "http:" ? location.origin : location.host}\`, and open the address that it prints.`;
  if (error instanceof Refused)
    return "The server does not know this browser any more. Open the address that `./run learn` shows in the terminal.";
  if (error instanceof Died)
    return `${error.message} What the cells had computed is lost: run them again from the top.`;
  return error.message;
};
