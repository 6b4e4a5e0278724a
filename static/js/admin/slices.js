// Sends a file in slices and goes on where the server says it stands: after a lost connection, a reload, another day.
import { gettext } from "../i18n.js";

const RETRY_SECONDS = [1, 2, 4, 8, 15];

export class UploadStopped extends Error {}

export class SlicedUpload extends EventTarget {
  constructor({ begin, csrf, file }) {
    super();
    this.begin = begin;
    this.csrf = csrf;
    this.file = file;
    this.aborter = new AbortController();
  }

  /** Resolves to the address of the model's page; a Caffe net is finished with its definition, sent before. */
  async send(definition = null) {
    const { place, sha256 } = await this.arrive();
    const pair = definition ? { definition: definition.place.id, definition_sha256: definition.sha256 } : {};
    const done = await this.#ask("POST", place.finish, JSON.stringify({ sha256, ...pair }));
    return done.url;
  }

  /** Resolves when everything is there, to where it lies and what it is. */
  async arrive() {
    const { file } = this;
    const fingerprint = `${file.name}|${file.size}|${file.lastModified}`;
    const place = await this.#ask("POST", this.begin, JSON.stringify({ name: file.name, size: file.size, fingerprint }));
    this.place = place;
    await this.#sendRest(place);
    this.#tell("hash", file.size);
    return { place, sha256: await sha256Of(file) };
  }

  pause() {
    this.aborter.abort();
  }

  async cancel() {
    this.pause();
    if (this.place) await fetch(this.place.url, { method: "DELETE", headers: this.#headers() }).catch(() => null);
  }

  async #sendRest(place) {
    let received = place.received;
    let failures = 0;
    this.#tell("send", received);
    while (received < this.file.size) {
      const slice = this.file.slice(received, received + place.slice_bytes);
      try {
        const answer = await this.#ask("PUT", `${place.url}?offset=${received}`, slice);
        received = answer.received;
        failures = 0;
      } catch (error) {
        if (error instanceof UploadStopped) throw error;
        // The server knows how much it has; only a refusal is the end.
        if (error.facts?.received !== undefined) received = error.facts.received;
        else if (error.facts?.code || failures >= RETRY_SECONDS.length) throw error;
        else await this.#wait(RETRY_SECONDS[failures]);
        failures += 1;
        if (failures > RETRY_SECONDS.length) throw error;
      }
      this.#tell("send", received);
    }
  }

  async #wait(seconds) {
    this.#tell("wait", seconds);
    await new Promise((done) => { setTimeout(done, seconds * 1000); });
    if (this.aborter.signal.aborted) throw new UploadStopped();
  }

  async #ask(method, address, body) {
    const { signal } = this.aborter;
    let response = null;
    try {
      response = await fetch(address, { method, body, signal, headers: this.#headers() });
    } catch (error) {
      if (signal.aborted) throw new UploadStopped();
      throw error;
    }
    const answer = (await response.json().catch(() => null)) ?? {};
    if (response.ok) return answer;
    const error = new Error(answer.message || gettext("The server cannot be reached. Try again."));
    // A refusal has a code; a server that is just restarting has none, and is asked again.
    error.facts = answer.code || response.status < 500 ? { code: `http_${response.status}`, ...answer } : undefined;
    throw error;
  }

  #headers() {
    return { "X-CSRFToken": this.csrf, Accept: "application/json" };
  }

  #tell(phase, value) {
    this.dispatchEvent(new CustomEvent("progress", { detail: { phase, value } }));
  }
}

/** Empty where browsers do not compute it: the server does, and compares nothing. */
async function sha256Of(file) {
  if (!crypto.subtle) return "";
  const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
