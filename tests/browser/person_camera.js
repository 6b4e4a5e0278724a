// A person of their own in front of each tab: a colour that counts its pictures, and a tone. Needs PERSON.
(() => {
  "use strict";
  const BLOCKS = 8, NUMBERS = 128;
  const canvases = [];

  // Spots, lighter and darker by up to `grain`, on glass; laid over a picture somewhere else each time, they move.
  function grainOf(width, height, grain) {
    const glass = new OffscreenCanvas(width + 64, height + 64);
    const context = glass.getContext("2d");
    const image = context.createImageData(glass.width, glass.height);
    for (let i = 0; i < image.data.length; i += 4) {
      const difference = (Math.random() * 2 - 1) * grain;
      image.data.fill(difference > 0 ? 255 : 0, i, i + 3);
      image.data[i + 3] = Math.abs(difference);
    }
    context.putImageData(image, 0, 0);
    return glass;
  }

  function numbered(canvas, colour, number, glass) {
    const context = canvas.getContext("2d");
    const {width, height} = canvas;
    context.fillStyle = colour;
    context.fillRect(0, 0, width, height);
    if (glass) context.drawImage(glass, -(number * 3 % 64), -(number * 2 % 64));
    const bits = Array.from({length: 7}, (_, index) => (number >> index) & 1);
    bits.push(1 - bits.reduce((sum, bit) => sum + bit, 0) % 2);
    bits.forEach((bit, block) => {
      context.fillStyle = bit ? "white" : "black";
      context.fillRect(block * width / BLOCKS, 0, width / BLOCKS, height / 10);
    });
  }

  // When each picture of the camera was made: {number, at (ms since 1970)}.
  window.probe.drawn = [];
  const clock = () => performance.timeOrigin + performance.now();

  function pictureOf(colour, {width = 320, height = 240, fps = 10, grain = 0} = {}, drawn = []) {
    const canvas = document.createElement("canvas");
    const glass = grain ? grainOf(width, height, grain) : null;
    Object.assign(canvas, {width, height});
    let number = 0;
    numbered(canvas, colour, number, glass);
    const track = canvas.captureStream(fps).getVideoTracks()[0];
    const timer = setInterval(() => {
      if (track.readyState === "ended") return clearInterval(timer);
      number = (number + 1) % NUMBERS;
      numbered(canvas, colour, number, glass);
      drawn.push({number, at: clock()});
    }, 1000 / fps);
    canvases.push(canvas);
    return track;
  }

  async function toneOf(hertz) {
    const context = new AudioContext({sampleRate: 48000});
    const tone = new OscillatorNode(context, {frequency: hertz});
    const gain = new GainNode(context, {gain: 0.25});
    const destination = context.createMediaStreamDestination();
    tone.connect(gain).connect(destination);
    tone.start();
    context.resume();
    return destination.stream.getAudioTracks()[0];
  }

  window.probe.camera = async (constraints) => {
    const stream = new MediaStream();
    if (constraints.video) stream.addTrack(pictureOf(PERSON.colour, PERSON, window.probe.drawn));
    if (constraints.audio) stream.addTrack(await toneOf(PERSON.hertz));
    return stream;
  };

  navigator.mediaDevices.getDisplayMedia = async () => {
    const stream = new MediaStream([pictureOf(PERSON.screen, {...PERSON, width: 480, height: 270})]);
    if (PERSON.screenHertz) stream.addTrack(await toneOf(PERSON.screenHertz));
    return stream;
  };

  // Browsers list no devices when nothing real is there.
  const enumerateDevices = navigator.mediaDevices.enumerateDevices.bind(navigator.mediaDevices);
  navigator.mediaDevices.enumerateDevices = async () => {
    const found = await enumerateDevices();
    return ["videoinput", "audioinput"].every((kind) => found.some((each) => each.kind === kind)) ? found : [];
  };

  // What is on each tile just now: {participant, source, name, number, colour, hidden, speaks}.
  const spot = new OffscreenCanvas(8, 8);
  function colourOf(video) {
    const context = spot.getContext("2d", {willReadFrequently: true});
    context.drawImage(video, video.videoWidth * 0.4, video.videoHeight * 0.4, video.videoWidth * 0.2, video.videoHeight * 0.4, 0, 0, 8, 8);
    const pixels = context.getImageData(0, 0, 8, 8).data;
    const sums = [0, 0, 0];
    for (let i = 0; i < pixels.length; i += 4) for (let part = 0; part < 3; part++) sums[part] += pixels[i + part];
    return sums.map((sum) => Math.round(sum / (pixels.length / 4)));
  }

  window.probe.tiles = () => [...document.querySelectorAll("[data-testid=tile]")].map((tile) => {
    const video = tile.querySelector("video");
    // Where a face covers it nobody sees a picture; before its first one the canvas would tell of the tile before.
    const isCovered = !tile.querySelector("[data-part=face]").hidden;
    const shows = Boolean(video.srcObject && !video.hidden && video.videoWidth && video.readyState >= 2 && !isCovered);
    return {
      participant: tile.dataset.participant,
      source: tile.dataset.source,
      name: tile.querySelector("[data-part=name]").textContent,
      muted: !tile.querySelector("[data-part=muted]").hidden,
      hidden: tile.hidden,
      speaks: tile.hasAttribute("data-speaks"),
      number: shows ? window.probe.numberOf(video, video.videoWidth, video.videoHeight) : null,
      colour: shows ? colourOf(video) : null,
      width: shows ? video.videoWidth : 0,
    };
  });

  // What each tile shows from now on, by participant and source: {number, colour, at (ms)} whenever it changed.
  window.probe.watchTiles = () => {
    window.probe.seen = {};
    setInterval(() => {
      for (const {participant, source, number, colour, hidden} of window.probe.tiles()) {
        if (hidden || !colour) continue;
        const seen = window.probe.seen[`${participant}/${source}`] ??= [];
        if (seen.at(-1)?.number !== number || seen.at(-1)?.colour.join() !== colour.join()) seen.push({number, colour, at: performance.now()});
      }
    }, 200);
  };

  // Each picture of others that comes on the screen from now on: {participant, number, at (ms since 1970)}.
  window.probe.watchPictures = () => {
    window.probe.pictures = [];
    for (const tile of document.querySelectorAll("[data-testid=tile][data-source=camera]")) {
      const video = tile.querySelector("video");
      if (!video.srcObject || video.classList.contains("mirrored")) continue;
      const note = () => {
        const number = window.probe.numberOf(video, video.videoWidth, video.videoHeight);
        window.probe.pictures.push({participant: tile.dataset.participant, number, at: clock()});
        video.requestVideoFrameCallback(note);
      };
      video.requestVideoFrameCallback(note);
    }
  };

  // The strongest frequency of everybody who is heard: {participant, source, hertz, rms}.
  window.probe.hears = async (milliseconds = 800) => {
    const {tracks} = await window.showroom.report();
    const sections = window.probe.peers.filter((peer) => peer.connectionState !== "closed").at(-1)?.getTransceivers() ?? [];
    const heard = tracks.filter((each) => each.kind === "audio").map((each) => ({...each, track: sections.find((section) => section.mid === each.mid)?.receiver.track}));
    return Promise.all(heard.filter(({track}) => track).map(async ({participant, source, track}) => {
      const context = new AudioContext({sampleRate: 48000});
      await context.resume();
      const analyser = new AnalyserNode(context, {fftSize: 16384, smoothingTimeConstant: 0});
      context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
      await new Promise((done) => setTimeout(done, milliseconds));
      const samples = new Float32Array(analyser.fftSize);
      const spectrum = new Float32Array(analyser.frequencyBinCount);
      analyser.getFloatTimeDomainData(samples);
      analyser.getFloatFrequencyData(spectrum);
      await context.close();
      let strongest = 1;
      for (let bin = 1; bin < spectrum.length; bin++) if (spectrum[bin] > spectrum[strongest]) strongest = bin;
      const energy = samples.reduce((sum, value) => sum + value * value, 0) / samples.length;
      return {participant, source, rms: Math.sqrt(energy), hertz: strongest * 48000 / analyser.fftSize};
    }));
  };
})();
