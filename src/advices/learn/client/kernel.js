// The kernel of one notebook, over Jupyter's REST and websocket protocol (messages as JSON, 5.3).
// Two pages of one lab, a second tab, and JupyterLab share it: each hears what it does for all.

import { uuid } from "./insecure.js";
import { ask, BASE, Died, Gone, patiently } from "./server.js";

// A run of which nothing was heard for so long is asked for: a line to a kernel can be deaf.
const SILENT_SECONDS = 3;

// The kernel numbers what it says.
const numberOf = (header) => Number(/_(\d+)$/.exec(header.msg_id)?.[1] ?? Infinity);
const silent = (of) => Date.now() - of.heard >= 1000 * SILENT_SECONDS;
const isOver = (run) => run.took !== null || run.lost;
// Whether the server knows more of a run than was heard. What a page shows is not drawn again for less.
const knowsMore = (run, of) => (of.missed ? isOver(run) || run.heard > of.last : isOver(run) && silent(of));

export class Kernel {
  // What it does: { id, since } of a request, null while it idles. `exists` says whether there is one.
  busy = null;
  exists = false;
  #path;
  #session = uuid();
  #id = null;
  #life = null;
  #socket = null;
  #starting = null;
  #early = null;
  #states = 0;
  #looking = Promise.resolve();
  #running = new Map();
  #watch = null;
  #events;

  // `events`: changed(error) when what it does has changed, or the way to it is lost; renewed() when
  // its process is another one; updated(content) when something displayed has changed.
  constructor(path, events) {
    this.#path = path;
    this.#events = events;
  }

  // Ask the server for the kernel and for what it runs and ran; `runs` is told that, and may follow.
  look(runs = () => {}) {
    // One after the other: there is one line to the kernel.
    this.#looking = this.#looking.catch(() => {}).then(() => this.#look(runs));
    return this.#looking;
  }

  async #look(runs) {
    const sessions = await ask("api/sessions");
    const found = sessions.find((one) => one.path === this.#path)?.kernel;
    if (!found) {
      this.#leave();
      this.#events.changed();
      return;
    }
    await this.#take(found.id);
    const [heard, life] = [this.#states, this.#life];
    const told = await ask(`learn-runs/${found.id}`);
    const since = (seconds) => Date.now() - 1000 * seconds;
    // What was heard since is newer.
    if (life === this.#life) this.#isOf(told.life);
    if (heard === this.#states)
      this.busy = told.busy
        ? // It does not begin anew whenever it is asked for.
          { id: told.busy.id, since: (this.busy?.id === told.busy.id && this.busy.since) || since(told.busy.seconds) }
        : // Somebody ran it before the server listened along: what, since when, nobody can tell.
           !told.known && found.execution_state === "busy" ? { id: "", since: null } : null;
    for (const run of told.runs) {
      const of = this.#running.get(run.id);
      if (of && knowsMore(run, of)) this.#catchUp(of, run);
    }
    if (!told.busy) this.#goOn(told.runs);
    runs(told.runs.map((run) => ({ ...run, since: since(run.seconds) })));
    this.#early = null;
    this.#events.changed();
  }

  #leave() {
    const socket = this.#socket;
    Object.assign(this, { busy: null, exists: false });
    this.#id = this.#socket = this.#life = null;
    socket?.close();
  }

  async #take(id) {
    this.exists = true;
    if (this.#id === id && this.#socket?.readyState === WebSocket.OPEN) return;
    if (this.#id && this.#id !== id) {
      this.#leave();
      this.exists = true;
      this.#renewed(new Died("The kernel had ended."));
    }
    this.#id = id;
    await this.#connect();
  }

  // See to it that there is a kernel; return whether it had to be started.
  async start() {
    await this.look();
    if (this.exists) return false;
    this.#starting ??= this.#open().finally(() => (this.#starting = null));
    await this.#starting;
    return true;
  }

  async #open() {
    const { kernel } = await ask("api/sessions", "POST", {
      path: this.#path,
      name: this.#path.split("/").at(-1),
      type: "notebook",
      kernel: { name: "python3" },
    });
    await this.#take(kernel.id);
    await this.look();
  }

  async #connect() {
    const address = new URL(`api/kernels/${this.#id}/channels`, BASE);
    address.protocol = address.protocol.replace("http", "ws");
    address.searchParams.set("session_id", this.#session);
    this.#early = [];
    const socket = await patiently(
      () =>
        new Promise((resolve, reject) => {
          const opening = new WebSocket(address);
          opening.onopen = () => resolve(opening);
          opening.onerror = () => reject(new Gone("The server does not answer."));
        }),
    );
    socket.onmessage = ({ data }) => typeof data === "string" && this.#hear(JSON.parse(data));
    socket.onclose = () => this.#lost(socket);
    this.#socket = socket;
  }

  // The line broke. With the kernel still there it is taken up again, and what was missed asked for.
  async #lost(socket) {
    if (socket !== this.#socket) return;
    this.#socket = null;
    for (const one of this.#running.values()) one.missed = true;
    try {
      await this.look();
      if (!this.exists) this.#end(new Died("There is no such kernel any more."));
    } catch (error) {
      this.#leave();
      this.#end(error);
      this.#events.changed(error);
    }
  }

  #end(error) {
    const waiting = [...this.#running.values()];
    this.#running.clear();
    for (const one of waiting) one.reject(error);
  }

  #renewed(error) {
    this.busy = null;
    this.#end(error);
    this.#events.renewed();
    this.#events.changed();
  }

  // Each process of a kernel has a session of its own.
  #isOf(life) {
    if (life && this.#life && this.#life !== life) this.#renewed(new Died("The kernel was restarted."));
    this.#life = life || this.#life;
  }

  #hear(message) {
    const { header, parent_header: parent, content } = message;
    const { msg_type: type } = header;
    const state = type === "status" ? content.execution_state : null;
    if (["restarting", "dead"].includes(state)) {
      this.#life = null;
      this.#renewed(new Died("The kernel died."));
      return;
    }
    // The server, which says that, speaks in a session of its own.
    if (state) this.#isOf(header.session);
    if (state && parent?.msg_type === "execute_request") {
      this.#states += 1;
      if (state === "busy") this.busy = { id: parent.msg_id, since: Date.now() };
      else if (!this.busy?.id || this.busy.id === parent.msg_id) this.busy = null;
      this.#events.changed();
    }
    const of = this.#running.get(parent?.msg_id);
    if (type === "update_display_data") this.#events.updated(content);
    else if (of) this.#pass(of, message);
    else this.#early?.push(message);
  }

  #pass(of, { header, channel, parent_header: parent, content }) {
    const type = header.msg_type;
    of.heard = Date.now();
    if (channel === "iopub") of.last = Math.max(of.last, numberOf(header));
    if (type === "execute_reply") of.reply = content;
    else if (channel === "iopub" && numberOf(header) <= of.after) return;
    else if (type === "status") {
      of.idle = content.execution_state === "idle";
      of.begun ||= !of.idle;
    } else of.on(type, content);
    // Whoever takes up a run that another page began hears no reply.
    if (of.shows ? !of.idle || !(of.reply || of.missed) : !of.reply) return;
    if (of.begun || of.missed || !of.shows) this.#ends(parent.msg_id);
    else {
      // The line was deaf when it began, so outputs are missing too.
      of.missed = true;
      this.look().catch(() => {});
    }
  }

  #ends(id) {
    const of = this.#running.get(id);
    this.#running.delete(id);
    of.resolve(of.reply);
  }

  #catchUp(of, run) {
    of.after = of.last = run.heard;
    of.again(run.messages);
    if (run.lost) {
      this.#running.delete(run.id);
      of.reject(new Died("The kernel was restarted."));
    } else if (run.took !== null) this.#ends(run.id);
  }

  // Nothing runs, and of these no run is known. One that was answered has ended; what was on its way
  // when the line broke never arrived.
  #goOn(runs) {
    for (const [id, of] of this.#running) {
      if (runs.some((run) => run.id === id)) continue;
      if (of.reply && (of.missed || silent(of))) this.#ends(id);
      else if (of.missed && of.request) {
        of.missed = false;
        this.#socket.send(of.request);
      }
    }
  }

  #add(id, of) {
    this.#running.set(id, { heard: Date.now(), last: of.after, shows: true, ...of });
    this.#watch ??= setInterval(() => {
      if (!this.#running.size) this.#watch = clearInterval(this.#watch);
      else if ([...this.#running.values()].some(silent)) this.look().catch(() => {});
    }, 1000 * SILENT_SECONDS);
  }

  // Hear a run that began before this page was loaded, from what look() told of it on. What came
  // between connecting and asking was kept until now.
  async follow(run, { on, again }) {
    const done = new Promise((resolve, reject) => {
      this.#add(run.id, { on, again, resolve, reject, after: run.heard, missed: true });
    });
    for (const message of this.#early ?? [])
      if (message.parent_header?.msg_id === run.id && this.#running.has(run.id))
        this.#pass(this.#running.get(run.id), message);
    return done;
  }

  // Run code in the kernel that was started; `on` hears each output as (type, content); `again`
  // all of them once more. Resolves with the kernel's reply; what `shows` nothing, with it alone.
  async run(code, { id = uuid(), on = () => {}, again = () => {}, expressions = {}, shows = true } = {}) {
    const header = {
      ...{ msg_id: id, msg_type: "execute_request", username: "", version: "5.3" },
      ...{ session: this.#session, date: new Date().toISOString() },
    };
    const content = {
      ...{ code, silent: false, store_history: Boolean(code), user_expressions: expressions },
      // What fails stops its own tab's cells, by the page: others' are not dropped.
      ...{ allow_stdin: false, stop_on_error: false },
    };
    if (this.#socket?.readyState !== WebSocket.OPEN) throw new Gone("The server does not answer.");
    const request = JSON.stringify({
      ...{ header, content, parent_header: {}, metadata: {}, channel: "shell", buffers: [] },
    });
    return new Promise((resolve, reject) => {
      this.#add(id, { on, again, resolve, reject, request, shows, after: -1 });
      this.#socket.send(request);
    });
  }

  async interrupt() {
    await ask(`api/kernels/${this.#id}/interrupt`, "POST");
  }

  // A new process under the old name: what cells had computed is gone. Returns whether there was
  // a kernel.
  async restart() {
    await this.look();
    if (!this.exists) return false;
    await ask(`api/kernels/${this.#id}/restart`, "POST");
    this.#life = null;
    this.#renewed(new Died("The kernel was restarted."));
    return true;
  }
}
