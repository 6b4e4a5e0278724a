/** Unchanged text is not written again: screen readers would read it again. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
