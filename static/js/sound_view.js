// Where there is sound but no picture: the wave that went in above, the wave that came out below.
import { colour, font } from "./colours.js";
import { gettext } from "./i18n.js";

export class SoundView {
  #canvas;
  #context = null;
  #analysers = {};
  #frame = null;
  #paint = {};

  constructor(canvas) {
    this.#canvas = canvas;
  }

  start({ input, output }) {
    this.stop();
    const box = this.#canvas.parentElement;
    this.#paint = { input: colour(box, "--on-stage-2"), output: colour(box, "--live-on-stage"), font: font(box) };
    this.#context = new AudioContext();
    this.#analysers = { input: this.#analyser(input), output: this.#analyser(output) };
    this.#canvas.hidden = false;
    const draw = () => {
      this.#draw();
      this.#frame = requestAnimationFrame(draw);
    };
    draw();
  }

  stop() {
    cancelAnimationFrame(this.#frame);
    this.#context?.close();
    this.#context = null;
    this.#canvas.hidden = true;
  }

  #analyser(track) {
    if (!track) return null;
    const analyser = this.#context.createAnalyser();
    analyser.fftSize = 2048;
    this.#context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
    return analyser;
  }

  #draw() {
    const canvas = this.#canvas;
    [canvas.width, canvas.height] = [canvas.clientWidth * devicePixelRatio, canvas.clientHeight * devicePixelRatio];
    this.#wave(this.#analysers.input, 0.32 * canvas.height, this.#paint.input, gettext("In"));
    this.#wave(this.#analysers.output, 0.68 * canvas.height, this.#paint.output, gettext("Out"));
  }

  #wave(analyser, middle, paint, label) {
    const context = this.#canvas.getContext("2d");
    const samples = new Float32Array(analyser?.fftSize ?? 2);
    analyser?.getFloatTimeDomainData(samples);
    context.strokeStyle = context.fillStyle = paint;
    context.lineWidth = 2 * devicePixelRatio;
    context.font = `${15 * devicePixelRatio}px ${this.#paint.font}`;
    context.fillText(label, 24 * devicePixelRatio, middle - this.#canvas.height / 9);
    context.beginPath();
    samples.forEach((value, index) => {
      context.lineTo((index / (samples.length - 1)) * this.#canvas.width, middle - value * this.#canvas.height * 0.16);
    });
    context.stroke();
  }
}
