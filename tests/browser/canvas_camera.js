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
      context.fillRect(block * SCENE.width / 8, 0, SCENE.width / 8, SCENE.blockRows);
    });
  }

  async function cameraTrack() {
    const canvas = document.createElement("canvas");
    canvas.width = SCENE.width;
    canvas.height = SCENE.height;
    const context = canvas.getContext("2d");
    context.drawImage(await sceneBitmap(), 0, 0);
    let number = 0;
    drawNumber(context, number);
    const track = canvas.captureStream(SCENE.rate).getVideoTracks()[0];
    const timer = setInterval(() => {
      if (track.readyState === "ended") return clearInterval(timer);
      number = (number + 1) % SCENE.numbers;
      drawNumber(context, number);
    }, 1000 / SCENE.rate);
    return track;
  }

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
