// Shows times in the visitor's own zone: relative under a day, else absolute, always with the full time as title.
const DAY_SECONDS = 24 * 3600;
const STEPS = [[3600, "hour"], [60, "minute"], [1, "second"]];

const language = document.documentElement.lang;
const absolute = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
const full = new Intl.DateTimeFormat(language, { dateStyle: "full", timeStyle: "long" });
const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });

for (const element of document.querySelectorAll("time[datetime]")) {
  const time = new Date(element.dateTime);
  element.title = full.format(time);
  element.textContent = describe(time);
}

function describe(time) {
  const seconds = Math.round((time - Date.now()) / 1000);
  if (Math.abs(seconds) >= DAY_SECONDS) return absolute.format(time);
  const [size, unit] = STEPS.find(([size]) => Math.abs(seconds) >= size) ?? [1, "second"];
  return relative.format(Math.round(seconds / size), unit);
}
