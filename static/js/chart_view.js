// A chart of lines or bars by uPlot, which is fetched only when a processor has one.
import { colour, font } from "./colours.js";
import { gettext } from "./i18n.js";

const HEIGHT = 180;
const STROKES = ["--accent", "--warn", "--stop", "--ink-2"];

export class ChartView {
  #element;
  #description;
  #chart = null;
  #columns = [[]]; // x, then one list per series
  #count = 0;
  #scheduled = false;

  constructor(element, description) {
    this.#element = element.querySelector("[data-chart]");
    this.#description = description;
    this.#columns = this.#empty();
    this.#create();
  }

  add(value) {
    if (this.#description.accumulate === "append") this.#append(asList(value, this.#description.series));
    else this.#replace(asList(value, this.#description.series));
    this.#drawSoon();
  }

  draw() {}

  clear() {
    this.#columns = this.#empty();
    this.#count = 0;
    this.#drawSoon();
  }

  async #create() {
    const { default: uPlot } = await import("../vendor/uplot/uPlot.esm.js");
    this.#chart = new uPlot(this.#options(uPlot), this.#columns, this.#element);
    new ResizeObserver(() => this.#chart.setSize(this.#size())).observe(this.#element);
    this.#drawSoon();
  }

  #options(uPlot) {
    const grid = { stroke: colour(this.#element, "--line"), width: 1 };
    const axis = { stroke: colour(this.#element, "--ink-2"), grid, ticks: grid, font: `12px ${font(this.#element)}` };
    const names = this.#description.series;
    return {
      ...this.#size(),
      legend: { show: names.length > 1, live: false },
      cursor: { show: false },
      scales: { x: { time: false } },
      axes: [{ ...axis, size: 28 }, { ...axis, size: 44 }],
      series: [{}, ...names.map((name, index) => this.#series(uPlot, name, index))],
    };
  }

  #series(uPlot, name, index) {
    const stroke = this.#description.colours?.[index] ?? colour(this.#element, STROKES[index % STROKES.length]);
    const bars = this.#description.kind === "bars";
    return {
      label: name || gettext("Value"),
      stroke,
      fill: bars ? stroke : undefined,
      width: bars ? 0 : 2,
      paths: bars ? uPlot.paths.bars({ size: [0.9, 100] }) : undefined,
      points: { show: false },
    };
  }

  #size() {
    return { width: Math.max(120, this.#element.clientWidth), height: HEIGHT - (this.#description.series.length > 1 ? 32 : 0) };
  }

  #replace(lists) {
    const length = Math.max(0, ...lists.map((list) => list.length));
    this.#columns = [Array.from({ length }, (_, index) => index), ...lists];
  }

  #append(numbers) {
    const values = [(this.#count += 1), ...numbers.map((item) => (Array.isArray(item) ? item[0] : item))];
    this.#columns = this.#columns.map((column, index) => [...column, values[index] ?? null].slice(-this.#description.keep));
  }

  #empty() {
    return [[], ...this.#description.series.map(() => [])];
  }

  /** Once per screen refresh is enough, however often values come. */
  #drawSoon() {
    if (this.#scheduled || !this.#chart) return;
    this.#scheduled = true;
    requestAnimationFrame(() => {
      this.#scheduled = false;
      this.#chart.setData(this.#columns);
    });
  }
}

/** Accept lists in the order of the series, one list or number for a single series, or an object by name. */
function asList(value, series) {
  if (typeof value === "number") return [value];
  if (!Array.isArray(value)) return series.map((name) => value[name] ?? []);
  return series.length === 1 && !Array.isArray(value[0]) ? [value] : value;
}
