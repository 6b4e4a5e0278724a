// A view per kind of result: add(value), draw(), clear().
import { language } from "./i18n.js";
import { Accumulator } from "./accumulator.js";
import { BoxesView } from "./boxes_view.js";
import { ChartView } from "./chart_view.js";
import { RankingView } from "./ranking_view.js";
import { setText } from "./set_text.js";

export function createView(element, description, overlay) {
  const kinds = { table: TableView, number: NumberView, text: TextView, meter: MeterView, chart: ChartView, ranking: RankingView, boxes: BoxesView };
  return new kinds[description.view](element, description, overlay);
}

export function readable(value) {
  if (typeof value === "number") return value.toLocaleString(language, { maximumFractionDigits: 3 });
  return value === null || value === undefined ? "–" : String(value);
}

class TableView {
  #body;
  #rows;
  #words;

  constructor(element, description) {
    this.#words = description.labels ?? {};
    this.#body = element.querySelector("tbody");
    this.#rows = new Accumulator(description);
    this.scroll = element.querySelector(".result-scroll");
  }

  add(value) {
    // An appended value is one row or several.
    const oneRow = this.#rows.appends && Array.isArray(value) && !Array.isArray(value[0]);
    this.#rows.add(oneRow ? [value] : value);
    this.draw();
  }

  draw() {
    const rows = this.#rows.value;
    while (this.#body.rows.length > rows.length) this.#body.deleteRow(-1);
    rows.forEach((cells, index) => this.#fill(this.#body.rows[index] ?? this.#body.insertRow(), cells));
    if (this.#rows.appends) this.scroll.scrollTop = this.scroll.scrollHeight;
  }

  clear() {
    this.#rows.clear();
    this.draw();
  }

  #fill(row, cells) {
    while (row.cells.length < cells.length) row.insertCell();
    while (row.cells.length > cells.length) row.deleteCell(-1);
    cells.forEach((cell, index) => setText(row.cells[index], readable(this.#words[cell] ?? cell)));
  }
}

class NumberView {
  constructor(element) {
    this.element = element.querySelector("[data-value]");
  }

  add(value) {
    setText(this.element, readable(Array.isArray(value) ? value.at(-1) : value));
  }

  draw() {}

  clear() {
    setText(this.element, "–");
  }
}

class TextView {
  #words;

  constructor(element, description) {
    this.#words = description.labels ?? {};
    this.element = element.querySelector("[data-value]");
    this.lines = new Accumulator(description, "");
  }

  add(value) {
    const shown = this.lines.add(this.#words[value] ?? value);
    setText(this.element, Array.isArray(shown) ? shown.join("\n") : readable(shown));
    if (this.lines.appends) this.element.scrollTop = this.element.scrollHeight;
  }

  draw() {}

  clear() {
    this.lines.clear();
    setText(this.element, "");
  }
}

class MeterView {
  constructor(element, { minimum, maximum }) {
    this.meter = element.querySelector("meter");
    this.figure = element.querySelector("[data-figure]");
    [this.meter.min, this.meter.max] = [minimum, maximum];
  }

  add(value) {
    this.meter.value = value;
    setText(this.figure, readable(value));
  }

  draw() {}

  clear() {
    this.meter.value = this.meter.min;
    setText(this.figure, "–");
  }
}
