// The websocket: JSON objects, requests with an id and their replies, and a socket that comes back by itself.
import { emit } from "./events.js";
import { retryDelay } from "./retry.js";

const PROTOCOL = 1;
const REPLY_DEADLINE_MS = 15_000;
const PING_EVERY_MS = 20_000;
const PONG_DEADLINE_MS = 8_000;
const ABNORMAL_CLOSE = 1006;
const RESTART_CLOSE = 4012;
const FINAL_CLOSE_CODES = new Set([4400, 4401, 4403]);

export class Refusal extends Error {
  constructor({ code, message, retry_after: retryAfter }) {
    super(message);
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

export class Signalling extends EventTarget {
  #path;
  #socket = null;
  #hello = null;
  #waiting = new Map();
  #number = 0;
  #attempt = 0;
  #timers = {};
  #ended = false;

  constructor(path) {
    super();
    this.#path = path;
  }

  get isOpen() {
    return this.#hello !== null && this.#socket?.readyState === WebSocket.OPEN;
  }

  open() {
    this.#ended = false;
    clearTimeout(this.#timers.reopen);
    if (this.#socket && this.#socket.readyState <= WebSocket.OPEN) return;
    const address = new URL(this.#path, location.href);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(address);
    this.#socket = socket;
    socket.addEventListener("message", (event) => this.#receive(socket, event.data));
    socket.addEventListener("close", (event) => this.#closed(socket, event));
  }

  close() {
    this.#ended = true;
    for (const timer of Object.values(this.#timers)) clearTimeout(timer);
    this.#socket?.close();
  }

  /** Send and wait for the reply with the same id; a typed error of the server rejects with a Refusal. */
  async request(type, body = {}) {
    await this.ready();
    const id = String((this.#number += 1));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#settle(id, "reject", overdue()), REPLY_DEADLINE_MS);
      this.#waiting.set(id, { resolve, reject, timer });
      this.#socket.send(JSON.stringify({ type, id, ...body }));
    });
  }

  /** Send without waiting; lost with the socket, like anything that is not a request. */
  say(type, body = {}) {
    if (this.isOpen) this.#socket.send(JSON.stringify({ type, ...body }));
  }

  ready() {
    if (this.isOpen) return Promise.resolve(this.#hello);
    this.open();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Refusal({ code: "unreachable", message: "" }));
        // A socket that never said hello would stand in the way of a better one.
        if (this.#socket && !this.isOpen) this.#closed(this.#socket, { code: ABNORMAL_CLOSE });
      }, REPLY_DEADLINE_MS);
      const settle = (action) => (event) => {
        clearTimeout(timer);
        action(event.detail);
      };
      this.addEventListener("open", settle(resolve), { once: true });
      this.addEventListener("refused", settle((detail) => reject(new Refusal(detail))), { once: true });
    });
  }

  #receive(socket, text) {
    if (socket !== this.#socket) return;
    const message = JSON.parse(text);
    if (message.type === "hello") return this.#greeted(message);
    if (message.type === "pong") return clearTimeout(this.#timers.pong);
    const pending = message.id !== undefined && this.#waiting.has(message.id);
    if (pending && message.type === "error") return this.#settle(message.id, "reject", new Refusal(message));
    if (pending) return this.#settle(message.id, "resolve", message);
    return emit(this, message.type, message);
  }

  #greeted(hello) {
    // The site was updated under an open page: what it says now this script does not know.
    if (hello.protocol !== PROTOCOL) {
      this.close();
      return emit(this, "refused", { code: "protocol_version", message: "" });
    }
    this.#hello = hello;
    this.#attempt = 0;
    this.#timers.ping = setTimeout(() => this.#ping(), PING_EVERY_MS);
    return emit(this, "open", hello);
  }

  #ping() {
    this.say("ping", { time: Date.now() });
    this.#timers.pong = setTimeout(() => this.#closed(this.#socket, { code: ABNORMAL_CLOSE }), PONG_DEADLINE_MS);
    this.#timers.ping = setTimeout(() => this.#ping(), PING_EVERY_MS);
  }

  #closed(socket, { code }) {
    if (socket !== this.#socket) return;
    socket.close();
    this.#socket = null;
    this.#hello = null;
    clearTimeout(this.#timers.ping);
    clearTimeout(this.#timers.pong);
    for (const id of [...this.#waiting.keys()]) this.#settle(id, "reject", new Refusal({ code: "lost", message: "" }));
    if (this.#ended) return;
    if (FINAL_CLOSE_CODES.has(code)) return emit(this, "refused", { code: closeReason(code), message: "" });
    emit(this, "lost", { code });
    this.#reopenLater(code);
  }

  #reopenLater(code) {
    const delay = retryDelay(this.#attempt, { afterRestart: code === ABNORMAL_CLOSE || code === RESTART_CLOSE });
    this.#attempt += 1;
    this.#timers.reopen = setTimeout(() => this.open(), delay);
  }

  #settle(id, action, value) {
    const pending = this.#waiting.get(id);
    if (!pending) return;
    this.#waiting.delete(id);
    clearTimeout(pending.timer);
    pending[action](value);
  }
}

function overdue() {
  return new Refusal({ code: "timeout", message: "" });
}

function closeReason(code) {
  return { 4401: "signed_out", 4403: "not_allowed" }[code] ?? "bad_message";
}
