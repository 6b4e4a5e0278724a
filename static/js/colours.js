// Tokens as a canvas understands them: it knows no var() and no light-dark().
export function colour(element, token) {
  const probe = document.createElement("span");
  probe.style.color = `var(${token})`;
  element.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

export const font = (element) => getComputedStyle(element).fontFamily;
