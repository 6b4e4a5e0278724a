// What the form has no field for: with another convention, what belonged to the proposed one goes; it comes back with that.

export function followConvention(form) {
  const { more, convention, base } = form.elements;
  if (!more) return; // a model that hears
  const { input: { name, type, pad }, outputs, decoder, extra_inputs: others, convention: proposed } = JSON.parse(base.value);
  const own = { input: { name, type, pad }, outputs, decoder, extra_inputs: others };
  const bare = { ...own, outputs: [], decoder: {} };
  convention.addEventListener("input", () => {
    if (!says(more.value, own) && !says(more.value, bare)) return; // somebody wrote it
    more.value = JSON.stringify(convention.value === proposed ? own : bare, null, 2);
  });
}

function says(text, values) {
  try {
    return JSON.stringify(JSON.parse(text)) === JSON.stringify(values);
  } catch {
    return false;
  }
}
