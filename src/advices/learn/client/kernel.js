// One kernel for one notebook, over Jupyter's REST and websocket protocol (messages as JSON, 5.3).
// The page has the server's own origin: the cookie says who asks, and no script knows a token.

export class Gone extends Error {}
export class Refused extends Error {}
export class Died extends Error {}

const cookie = (name) =>
  document.cookie.split("; ").find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1);

const uuid = () => crypto.randomUUID();

export class Kernel {
  #base;
  #path;
  #session = uuid();
  #id = null;
  #socket = null;
  #starting = null;
  #running = new Map();

  constructor(base, path) {
    this.#base = base;
    this.#path = path;
  }

  async #ask(path, method = "GET", body = undefined) {
    let answer;
    try {
      answer = await fetch(new URL(`api/${path}`, this.#base), {
        method,
        body: body && JSON.stringify(body),
        headers: { "Content-Type": "application/json", "X-XSRFToken": cookie("_xsrf") ?? "" },
      });
    } catch {
      throw new Gone("The server does not answer.");
    }
    if (answer.status === 403 || answer.redirected) throw new Refused("The server refused this.");
    if (answer.status === 404) throw new Died("There is no such kernel any more.");
    if (answer.status === 429) throw new Error((await answer.json()).message);
    if (!answer.ok) throw new Error(`The server answered ${answer.status}.`);
    return answer.status === 204 ? null : answer.json();
  }

  // See to it that there is a kernel; return whether it is another one than before. Two pages of
  // one lab, and JupyterLab, share the kernel of its notebook.
  async start() {
    if (await this.#lives()) return false;
    const before = this.#id;
    this.#starting ??= this.#open().finally(() => (this.#starting = null));
    await this.#starting;
    return this.#id !== before;
  }

  // The line to a kernel that was ended for idling stays open: the server must be asked.
  async #lives() {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    try {
      await this.#ask(`kernels/${this.#id}`);
      return true;
    } catch (error) {
      if (!(error instanceof Died)) throw error;
      this.#socket.close();
      this.#socket = null;
      return false;
    }
  }

  async #open() {
    const { kernel } = await this.#ask("sessions", "POST", {
      path: this.#path,
      name: this.#path.split("/").at(-1),
      type: "notebook",
      kernel: { name: "python3" },
    });
    this.#id = kernel.id;
    await this.#connect();
  }

  async #connect() {
    const address = new URL(`api/kernels/${this.#id}/channels`, this.#base);
    address.protocol = address.protocol.replace("http", "ws");
    address.searchParams.set("session_id", this.#session);
    const socket = new WebSocket(address);
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = () => reject(new Gone("The server does not answer."));
    });
    socket.onmessage = ({ data }) => typeof data === "string" && this.#hear(JSON.parse(data));
    socket.onclose = () => this.#lost(socket);
    this.#socket = socket;
  }

  // The line broke. With the kernel still there it is taken up again: the server keeps what came.
  async #lost(socket) {
    if (socket !== this.#socket) return;
    this.#socket = null;
    if (!this.#running.size) return;
    try {
      await this.#ask(`kernels/${this.#id}`);
      await this.#connect();
    } catch (error) {
      this.#end(error);
    }
  }

  #end(error) {
    const waiting = [...this.#running.values()];
    this.#running.clear();
    for (const one of waiting) one.reject(error);
  }

  #hear(message) {
    const { header, parent_header: parent, content } = message;
    const of = this.#running.get(parent?.msg_id);
    if (header.msg_type === "status" && ["restarting", "dead"].includes(content.execution_state)) {
      this.#end(new Died("The kernel died."));
      return;
    }
    if (!of) return;
    if (header.msg_type === "execute_reply") of.reply = content;
    else if (header.msg_type === "status") of.idle = content.execution_state === "idle";
    else of.on(header.msg_type, content);
    if (of.reply && of.idle) {
      this.#running.delete(parent.msg_id);
      of.resolve(of.reply);
    }
  }

  // Run code in the kernel that was started; `on` hears each output as (type, content). Resolves
  // with the kernel's reply.
  async run(code, on = () => {}, { quiet = false, expressions = {} } = {}) {
    const header = {
      ...{ msg_id: uuid(), msg_type: "execute_request", username: "", version: "5.3" },
      ...{ session: this.#session, date: new Date().toISOString() },
    };
    const content = {
      ...{ code, silent: false, store_history: !quiet, user_expressions: expressions },
      ...{ allow_stdin: false, stop_on_error: true },
    };
    return new Promise((resolve, reject) => {
      this.#running.set(header.msg_id, { on, resolve, reject });
      this.#socket.send(
        JSON.stringify({
          ...{ header, content, parent_header: {}, metadata: {}, channel: "shell", buffers: [] },
        }),
      );
    });
  }

  async interrupt() {
    if (this.#id) await this.#ask(`kernels/${this.#id}/interrupt`, "POST");
  }

  // A new kernel under the old name: what cells had computed is gone.
  async restart() {
    if (!this.#id) return;
    await this.#ask(`kernels/${this.#id}/restart`, "POST");
    this.#end(new Died("The kernel was restarted."));
  }
}
