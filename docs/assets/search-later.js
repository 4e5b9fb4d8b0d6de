// Material fetches its search index, larger than any page, and the program that searches it with every
// page. Here both wait until somebody searches. Loaded before Material's bundle; without it search works
// all the same.
{
  const { open, send } = XMLHttpRequest.prototype;
  const field = document.forms.search?.elements.query;
  const toggle = document.getElementById("__search");
  const asked = new Promise((resolve) => {
    // A link may hold a search, or words to highlight.
    if (!field || /[?&][qh]=/.test(location.search)) return resolve();
    field.addEventListener("focus", resolve, { once: true });
    toggle.addEventListener("change", resolve, { once: true });
  });
  const waiting = new WeakSet();
  XMLHttpRequest.prototype.open = function (method, url, ...more) {
    if (/\/search_index\.json$/.test(url)) waiting.add(this);
    return open.call(this, method, url, ...more);
  };
  XMLHttpRequest.prototype.send = function (body) {
    if (!waiting.has(this)) return send.call(this, body);
    asked.then(() => send.call(this, body));
  };
  // What is said to the program before it is there is told to it later, in the same order.
  const Program = Worker;
  globalThis.Worker = class extends EventTarget {
    constructor(url, ...more) {
      super();
      if (!/\/workers\/search\b/.test(url)) return new Program(url, ...more);
      this.there = asked.then(() => {
        const program = new Program(url, ...more);
        program.onmessage = ({ data }) => this.dispatchEvent(new MessageEvent("message", { data }));
        return program;
      });
    }
    postMessage(message) {
      this.there.then((program) => program.postMessage(message));
    }
  };
}
