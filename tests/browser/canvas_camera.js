// For a browser without a file camera: getUserMedia returns the scene, drawn and numbered on a canvas. Needs SCENE.
(() => {
  "use strict";
  async function sceneBitmap() {
    const bytes = Uint8Array.from(atob(SCENE.png), (letter) => letter.charCodeAt(0));
    return createImageBitmap(new Blob([bytes], {type: "image/png"}));
  }

  function drawNumber(context, number) {
    const bits = Array.from({length: 7}, (_, index) => (number >> index) & 1);
    bits.push(1 - bits.reduce((sum, bit) => sum + bit, 0) % 2);
    bits.forEach((bit, block) => {
      const level = bit ? SCENE.white : SCENE.black;
      context.fillStyle = `rgb(${level} ${level} ${level})`;
      const {width, height} = context.canvas;
      context.fillRect(block * width / 8, 0, width / 8, SCENE.blockRows * height / SCENE.height);
    });
  }

  // A canvas is empty after its size was set, so the scene is drawn anew with it.
  let wanted = {width: SCENE.width, height: SCENE.height};

  function drawScene(context, bitmap) {
    Object.assign(context.canvas, wanted);
    context.drawImage(bitmap, 0, 0, wanted.width, wanted.height);
  }

  async function cameraTrack() {
    const canvas = document.createElement("canvas");
    const context = canvas.getContext("2d");
    const bitmap = await sceneBitmap();
    drawScene(context, bitmap);
    let number = 0;
    drawNumber(context, number);
    const track = canvas.captureStream(SCENE.rate).getVideoTracks()[0];
    const timer = setInterval(() => {
      if (track.readyState === "ended") return clearInterval(timer);
      if (canvas.width !== wanted.width || canvas.height !== wanted.height) drawScene(context, bitmap);
      number = (number + 1) % SCENE.numbers;
      drawNumber(context, number);
    }, 1000 / SCENE.rate);
    return track;
  }

  window.probe.resizeCamera = (width, height) => { wanted = {width, height}; };

  window.probe.camera = async (constraints, getUserMedia) => {
    const stream = new MediaStream();
    if (constraints.video) stream.addTrack(await cameraTrack());
    if (constraints.audio) {
      const sound = await getUserMedia({audio: constraints.audio});
      sound.getTracks().forEach((track) => stream.addTrack(track));
    }
    return stream;
  };
})();
