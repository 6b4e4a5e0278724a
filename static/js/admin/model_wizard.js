// The page of a model: previews of what the form says and of its neighbours; a click on one takes it over.
import { gettext } from "../i18n.js";
import { followConvention } from "./model_more.js";
import { Trials } from "./model_trials.js";

const form = document.querySelector(".model-form");
const variants = form.querySelector(".model-variants");
const current = form.querySelector(".model-current");
const verdict = form.querySelector(".model-verdict");
const template = form.querySelector("#model-trial");
const own = { scaling: ["mean", "std"], labels: ["own_labels"] };
const withoutThreshold = form.dataset.withoutThreshold.split(" ");
const samples = { portrait: gettext("A person"), street: gettext("A street"), voice: gettext("A made voice") };
const WAIT_AFTER_CHANGE_MS = 600;

const trials = new Trials(form.dataset.trials);
let figures = new Map();
let timer = 0;

trials.addEventListener("begun", ({ detail }) => show(detail));
trials.addEventListener("trial", ({ detail }) => fillIn(detail));
trials.addEventListener("over", judge);
trials.addEventListener("gone", ({ detail }) => {
  for (const waiting of form.querySelectorAll(".model-waiting")) waiting.textContent = "";
  say(detail.words, true);
});
trials.addEventListener("refused", ({ detail }) => {
  say(detail.errors ? firstOf(detail.errors) : gettext("The server cannot be reached. Try again."), true);
});

form.addEventListener("input", (event) => {
  if (!form.elements.target || ["title", "target"].includes(event.target.name)) return;
  showOwnFields();
  soon();
});
variants.addEventListener("change", (event) => {
  const [colours, scaling] = event.target.value.split(" ");
  form.elements.colours.value = colours;
  form.elements.scaling.value = scaling;
  showOwnFields();
  soon();
});

function soon() {
  clearTimeout(timer);
  say(gettext("Measuring"));
  timer = setTimeout(() => trials.begin(form), WAIT_AFTER_CHANGE_MS);
}

function show({ current: now, variants: others }) {
  figures = new Map();
  const focused = document.activeElement?.name === "variant";
  current.replaceChildren(...now.map((trial) => figureFor(trial, samples[trial.sample] ?? trial.sample)));
  variants.replaceChildren(...others.map(cardFor));
  if (focused) variants.querySelector("input:checked")?.focus();
  for (const trial of [...now, ...others.map((variant) => variant.trial)]) if (trial.over) fillIn(trial);
}

function cardFor({ colours, scaling, title, trial }) {
  const label = document.createElement("label");
  label.className = "model-card";
  const radio = document.createElement("input");
  Object.assign(radio, { type: "radio", name: "variant", value: `${colours} ${scaling}` });
  radio.checked = form.elements.colours.value === colours && form.elements.scaling.value === scaling;
  label.append(radio, figureFor(trial, title));
  return label;
}

function figureFor(trial, title) {
  const figure = template.content.firstElementChild.cloneNode(true);
  figure.querySelector("strong").textContent = title;
  figure.querySelector(".model-waiting").textContent = gettext("Trying it");
  figures.set(trial.id, [...(figures.get(trial.id) ?? []), figure]);
  figure.trial = trial;
  return figure;
}

function fillIn(trial) {
  for (const figure of figures.get(trial.id) ?? []) {
    figure.trial = trial;
    const picture = figure.querySelector("img");
    const waiting = figure.querySelector(".model-waiting");
    picture.hidden = !trial.picture;
    waiting.hidden = Boolean(trial.picture);
    if (trial.picture) picture.src = trial.picture;
    else waiting.textContent = trial.error;
    picture.alt = trial.found || figure.querySelector("strong").textContent;
    figure.querySelector(".model-found").textContent = trial.found;
    figure.querySelector(".model-figures").textContent = trial.figures;
  }
}

function judge() {
  const problems = [...current.children].map((figure) => figure.trial.problem).filter(Boolean);
  say(problems[0] ?? gettext("It holds both."), problems.length > 0);
}

function say(words, isProblem = false) {
  if (verdict.textContent !== words) verdict.textContent = words;
  verdict.classList.toggle("is-problem", isProblem);
}

function showOwnFields() {
  for (const [choice, names] of Object.entries(own)) {
    for (const name of names) showIf(name, form.elements[choice]?.value === "own");
  }
  const cuts = !withoutThreshold.includes(form.elements.convention?.value);
  showIf("threshold", cuts);
  showIf("iou", cuts);
}

function showIf(name, wanted) {
  const row = form.elements[name]?.closest(".form-row"); // a model that hears has few of them
  if (row) row.hidden = !wanted;
}

function firstOf(errors) {
  const [[name, [first]]] = Object.entries(errors);
  const label = form.elements[name]?.labels?.[0]?.textContent ?? "";
  return `${label} ${first.message}`.trim();
}

followConvention(form);
showOwnFields();
say(gettext("Measuring"));
trials.begin(form);
