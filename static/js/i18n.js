// Django's catalogue (/jsi18n/) puts gettext and friends on the window; without it English shows.
const django = window.django ?? {};

export const language = document.documentElement.lang || "en";

export const gettext = django.gettext ?? ((text) => text);

export const ngettext = django.ngettext ?? ((one, many, count) => (count === 1 ? one : many));

export const pgettext = django.pgettext ?? ((context, text) => text);

/** Fill %(name)s places. */
export function fill(text, values) {
  return text.replace(/%\((\w+)\)s/g, (place, name) => (name in values ? String(values[name]) : place));
}

export function number(value, digits = 0) {
  return value.toLocaleString(language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** A number with its unit, parted by a thin space that does not break. */
export function quantity(value, unit, digits = 0) {
  return `${number(value, digits)}\u202f${unit}`;
}
