// The list of known models: while something is being fetched, how far it is.
const table = document.querySelector(".model-known");
const ASK_AFTER_MS = 700;

function rows() {
  return [...table.querySelectorAll("tr[data-model]")];
}

async function ask() {
  const response = await fetch(table.dataset.states, { headers: { Accept: "application/json" } }).catch(() => null);
  const told = (await response?.json().catch(() => null)) ?? { models: [] };
  const states = new Map(told.models.map((model) => [model.name, model]));
  let ended = false;
  for (const row of rows()) {
    const model = states.get(row.dataset.model);
    if (!model) continue;
    ended ||= row.dataset.state === "installing" && model.state !== "installing";
    showState(row, model);
  }
  // Its buttons are others now.
  if (ended) location.reload();
  else followWhatRuns();
}

function showState(row, { state, text, percent }) {
  row.dataset.state = state;
  const words = row.querySelector(".model-state");
  if (words.textContent !== text) words.textContent = text;
  const bar = row.querySelector("progress");
  bar.hidden = state !== "installing";
  bar.value = percent;
}

function followWhatRuns() {
  if (rows().some((row) => row.dataset.state === "installing")) setTimeout(ask, ASK_AFTER_MS);
}

followWhatRuns();
