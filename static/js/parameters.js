// The controls of the column: reads them, says what changed, shows what the server accepted.
import { ChoicesField } from "./choices_field.js";
import { emit } from "./events.js";
import { gettext, fill, language } from "./i18n.js";

export class Parameters extends EventTarget {
  #form;
  #described = new Map();
  #files = new Map();
  #choices = new Map();

  /** `described` are the manifest's parameters. Called again when the processor is switched. */
  attach(form, described, defaults) {
    this.#form = form;
    this.#files.clear();
    this.#choices.clear();
    this.#described = new Map(described.map((item) => [item.name, { ...item, default: defaults[item.name] }]));
    for (const item of described.filter(({ type }) => type === "choices")) this.#choices.set(item.name, new ChoicesField(this.#element(item.name), item));
    form.addEventListener("input", (event) => this.#changed(event.target));
    form.addEventListener("change", (event) => event.target.type === "file" && this.#chosenFile(event.target));
    form.addEventListener("click", (event) => event.target.closest(".file-clear") && this.#cleared(event.target));
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", (event) => this.#reset(event));
    for (const name of this.#described.keys()) this.#paint(name);
  }

  /** Everything as it would go to the server. */
  values() {
    return Object.fromEntries([...this.#described.keys()].map((name) => [name, this.#read(name)]).filter(usable));
  }

  /** What differs from the defaults: enough for a link, short enough for a code. */
  changedValues() {
    const changed = Object.entries(this.values()).filter(([name, value]) => {
      const { default: initial, type } = this.#described.get(name);
      return type !== "file" && JSON.stringify(value) !== JSON.stringify(initial);
    });
    return changed.flatMap(([name, value]) => asPairs(name, value));
  }

  /** The server's word: accepted values replace what was typed, refusals are said beside the control. */
  show(accepted, errors = {}) {
    for (const [name, value] of Object.entries(accepted)) {
      if (!this.#described.has(name)) continue;
      this.#write(name, value);
      this.#say(name, "");
    }
    for (const [name, message] of Object.entries(errors)) if (this.#described.has(name)) this.#say(name, message, true);
  }

  uploaded(name, upload) {
    this.#files.set(name, { file: upload.file });
    this.#nameFile(name, upload.name);
    emit(this, "change", { values: { [name]: { file: upload.file } } });
  }

  refuseFile(name, message) {
    this.#say(name, message, true);
  }

  #changed(input) {
    if (!this.#described.has(input.name) || input.type === "file") return;
    this.#paint(input.name);
    const value = this.#read(input.name);
    if (value === undefined) return this.#say(input.name, this.#limits(input.name), true);
    this.#say(input.name, "");
    emit(this, "change", { values: { [input.name]: value } });
  }

  #chosenFile(input) {
    const [file] = input.files;
    if (!file) return;
    const { max_bytes: limit } = this.#described.get(input.name);
    input.value = "";
    if (file.size > limit) return this.#say(input.name, tooLarge(limit), true);
    this.#say(input.name, gettext("Uploading…"));
    emit(this, "file", { name: input.name, file });
  }

  #cleared(button) {
    const { name } = button.closest(".parameter").dataset;
    this.#files.set(name, null);
    this.#nameFile(name, null);
    emit(this, "change", { values: { [name]: null } });
  }

  #reset(event) {
    event.preventDefault();
    const values = Object.fromEntries([...this.#described].map(([name, { default: initial }]) => [name, initial]));
    for (const [name, value] of Object.entries(values)) {
      this.#files.delete(name);
      this.#write(name, value);
      this.#say(name, "");
    }
    emit(this, "change", { values: Object.fromEntries(Object.entries(values).map(([name]) => [name, this.#read(name)]).filter(usable)) });
  }

  #element(name) {
    return this.#form.querySelector(`[data-name="${CSS.escape(name)}"]`);
  }

  #control(name) {
    return this.#form.elements.namedItem(name);
  }

  #read(name) {
    const control = this.#control(name);
    const { type } = this.#described.get(name);
    if (type === "choices") return this.#choices.get(name).value;
    if (type === "switch") return control.checked;
    if (type === "file") return this.#files.has(name) ? this.#files.get(name) : undefined;
    if (type === "slider") return control.valueAsNumber;
    if (type === "number") return control.validity.valid && control.value !== "" ? control.valueAsNumber : undefined;
    return control.value;
  }

  #write(name, value) {
    const control = this.#control(name);
    const { type } = this.#described.get(name);
    // The server repeats an upload by its id; its name stands there already.
    if (type === "file") return value?.file ? undefined : this.#nameFile(name, value?.name ?? null);
    if (type === "choices") this.#choices.get(name).value = value;
    else if (type === "switch") control.checked = value;
    // Do not pull a field from under somebody who is typing in it.
    else if (document.activeElement !== control || type === "slider") control.value = String(value);
    return this.#paint(name);
  }

  #paint(name) {
    this.#choices.get(name)?.paint();
    const output = this.#element(name).querySelector("output");
    if (!output) return;
    const { step, unit } = this.#described.get(name);
    const digits = Math.min(6, (String(step).split(".")[1] ?? "").length);
    const text = this.#control(name).valueAsNumber.toLocaleString(language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
    output.textContent = unit ? `${text}\u202f${unit}` : text;
  }

  #nameFile(name, text) {
    const row = this.#control(name).closest(".file-row");
    row.querySelector(".file-name").textContent = text ?? gettext("No file yet");
    row.querySelector(".file-clear").hidden = !text;
    this.#say(name, "");
  }

  #limits(name) {
    const { minimum, maximum } = this.#described.get(name);
    if (minimum !== null && maximum !== null) return fill(gettext("A number from %(minimum)s to %(maximum)s."), { minimum, maximum });
    return gettext("This needs a number.");
  }

  #say(name, text, refused = false) {
    const parameter = this.#element(name);
    const standing = "nextStart" in parameter.dataset ? gettext("Applies at the next start.") : "";
    parameter.querySelector(".parameter-said").textContent = text || standing;
    parameter.toggleAttribute("data-refused", refused);
    this.#control(name).setAttribute?.("aria-invalid", String(refused));
  }
}

/** A link repeats the name for each choice; without any, it says so with an empty one. */
function asPairs(name, value) {
  if (!Array.isArray(value)) return [[name, value]];
  return (value.length ? value : [""]).map((each) => [name, each]);
}

const usable = ([, value]) => value !== undefined;

function tooLarge(bytes) {
  return fill(gettext("The file is too large; the most is %(size)s MiB."), { size: (bytes / 1024 / 1024).toLocaleString(language) });
}
