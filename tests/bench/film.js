// Reads the benchmark's striped numbers from both videos of a studio, and when each number was presented.
(() => {
  "use strict";
  const BLOCK = 40, MARGIN = 4, ROWS = 32, BITS = 13;

  // The number in the top rows of a video of 640 columns, or null: the same code as counter.py reads.
  function numberOf(video, canvas) {
    const context = canvas.getContext("2d", {willReadFrequently: true});
    const height = ROWS - 2 * MARGIN;
    context.drawImage(video, 0, MARGIN, 640, height, 0, 0, 640, height);
    const pixels = context.getImageData(0, 0, 640, height).data;
    const spread = [];
    for (let block = 0; block < BITS + 3; block++) spread.push(spreadOf(pixels, block * BLOCK, height));
    const [striped, flat] = spread;
    if (striped < flat + 8) return null;
    const bits = spread.slice(2).map((value) => Number(value > (striped + flat) / 2));
    if (bits.reduce((sum, bit) => sum + bit, 0) % 2) return null;
    let gray = bits.slice(0, BITS).reduce((sum, bit, place) => sum + (bit << place), 0), number = 0;
    for (; gray; gray >>= 1) number ^= gray;
    return number;
  }

  function spreadOf(pixels, left, rows) {
    let sum = 0, squares = 0, count = 0;
    for (let row = 0; row < rows; row++) {
      for (let column = left + MARGIN; column < left + BLOCK - MARGIN; column++) {
        const green = pixels[4 * (row * 640 + column) + 1];
        sum += green;
        squares += green * green;
        count++;
      }
    }
    return Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2));
  }

  const element = (testid) => document.querySelector(`[data-testid="${testid}"]`);

  window.film = {
    // {number, at} of every picture presented, by test id.
    presented: {"input-video": [], "output-video": []},

    watch(testid) {
      const video = element(testid), canvas = new OffscreenCanvas(640, ROWS);
      const onPicture = (now, metadata) => {
        const number = video.videoWidth === 640 ? numberOf(video, canvas) : null;
        if (number !== null) film.presented[testid].push({number, at: metadata.presentationTime});
        video.requestVideoFrameCallback(onPicture);
      };
      video.requestVideoFrameCallback(onPicture);
    },

    // Click Start; milliseconds until the first processed picture, and until the first of the camera's full size.
    start(width) {
      return new Promise((done) => {
        const video = element("output-video"), times = {first: null, full: null};
        let clicked;
        const onPicture = () => {
          const isProcessed = probe.brightness("output-video", 0.45, 0.85, 0.1, 0.1) < 24;
          if (isProcessed && times.first === null) times.first = performance.now() - clicked;
          if (isProcessed && video.videoWidth >= width) times.full = performance.now() - clicked;
          if (times.full !== null) done(times);
          else video.requestVideoFrameCallback(onPicture);
        };
        video.requestVideoFrameCallback(onPicture);
        clicked = performance.now();
        element("start").click();
      });
    },
  };
})();
