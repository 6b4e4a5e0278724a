// Rectangles over the picture, in fractions of its size, drawn on the canvas that lies exactly on it.
import { Accumulator } from "./accumulator.js";
import { colour, font } from "./colours.js";
import { language } from "./i18n.js";

const LINE = 2;
const FONT = 13;

export class BoxesView {
  #canvas;
  #count;
  #words;
  #boxes;
  #paint;

  constructor(element, description, canvas) {
    this.#canvas = canvas;
    this.#paint = { dark: colour(element, "--stage"), light: colour(element, "--live-on-stage"), font: font(element) };
    this.#count = element.querySelector("[data-value]");
    this.#words = description.labels ?? {};
    this.#boxes = new Accumulator(description);
  }

  add(value) {
    this.#boxes.add(value);
    if (this.#count) this.#count.textContent = String(this.#boxes.value.length);
    this.draw();
  }

  draw() {
    const context = this.#canvas.getContext("2d");
    context.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
    for (const box of this.#boxes.value) this.#drawBox(context, box);
  }

  clear() {
    this.#boxes.clear();
    this.add([]);
  }

  #drawBox(context, { x, y, width, height, label, score, points = [] }) {
    const { width: canvasWidth, height: canvasHeight } = this.#canvas;
    const place = [x * canvasWidth, y * canvasHeight, width * canvasWidth, height * canvasHeight];
    // Dark under light, so that the line shows on any picture.
    this.#stroke(context, place, this.#paint.dark, (LINE + 2) * devicePixelRatio);
    this.#stroke(context, place, this.#paint.light, LINE * devicePixelRatio);
    for (const point of points) this.#dot(context, point);
    const certainty = score === null || score === undefined ? "" : score.toLocaleString(language, { style: "percent" });
    const text = [this.#inWords(label), certainty].filter(Boolean).join(" ");
    if (text) this.#write(context, text, place);
  }

  /** "traffic light" or "Face 2" in the visitor's language, as far as the processor has told its words. */
  #inWords(label) {
    return this.#words[label] ?? label?.replace(/^\p{L}+/u, (word) => this.#words[word] ?? word);
  }

  #dot(context, [x, y]) {
    context.beginPath();
    context.arc(x * this.#canvas.width, y * this.#canvas.height, 1.5 * LINE * devicePixelRatio, 0, 2 * Math.PI);
    context.fillStyle = this.#paint.light;
    context.strokeStyle = this.#paint.dark;
    context.lineWidth = devicePixelRatio;
    context.fill();
    context.stroke();
  }

  #stroke(context, place, colour, width) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.strokeRect(...place);
  }

  #write(context, text, [left, top]) {
    const size = FONT * devicePixelRatio;
    context.font = `600 ${size}px ${this.#paint.font}`;
    const width = context.measureText(text).width + size;
    const above = Math.max(0, top - size * 1.6);
    context.fillStyle = this.#paint.light;
    context.fillRect(left, above, width, size * 1.6);
    context.fillStyle = this.#paint.dark;
    context.textBaseline = "middle";
    context.fillText(text, left + size / 2, above + size * 0.85);
  }
}
