// Runs in every page before the page's own code: reads pictures, numbers and sounds as a visitor would get them.
(() => {
  "use strict";
  const BLOCKS = 8, NUMBERS = 128, BLOCK_CENTRE = 24 / 480;

  const canvas = new OffscreenCanvas(16, 16);
  const strip = new OffscreenCanvas(BLOCKS * 16, 8);

  // The number in the top rows of a picture, or null when there is none.
  function numberOf(source, width, height) {
    const context = strip.getContext("2d", {willReadFrequently: true});
    context.drawImage(source, 0, height * BLOCK_CENTRE - 4, width, 8, 0, 0, strip.width, strip.height);
    const bits = [];
    for (let block = 0; block < BLOCKS; block++) {
      const pixels = context.getImageData(block * 16 + 5, 2, 6, 4).data;
      let sum = 0;
      for (let i = 0; i < pixels.length; i += 4) sum += pixels[i] + pixels[i + 1] + pixels[i + 2];
      const mean = sum / (pixels.length / 4 * 3);
      if (mean > 80 && mean < 175) return null;
      bits.push(mean >= 175 ? 1 : 0);
    }
    const ones = bits.reduce((sum, bit) => sum + bit, 0);
    if (ones % 2 !== 1) return null;
    return bits.slice(0, 7).reduce((number, bit, index) => number + (bit << index), 0);
  }

  // Whether the unchanging part of the scene is in a picture: the brightness of some of its places, full range.
  const PLACES = [[85, 140, 238], [150, 185, 86], [420, 130, 214], [420, 190, 63], [170, 390, 203], [540, 370, 242]];
  const NEAR = 26;
  const spot = new OffscreenCanvas(4, 4);
  function showsScene(source, width, height) {
    const context = spot.getContext("2d", {willReadFrequently: true});
    return PLACES.every(([x, y, expected]) => {
      context.drawImage(source, x / 640 * width - 2, y / 480 * height - 2, 4, 4, 0, 0, 4, 4);
      const [red, green, blue] = context.getImageData(1, 1, 1, 1).data;
      return Math.abs((red + green + blue) / 3 - expected) < NEAR;
    });
  }

  const element = (testid) => document.querySelector(`[data-testid="${testid}"]`);

  const probe = {
    numberOf,
    peers: [],
    states: [],
    configurations: [],
    sockets: [],
    // Every stream that came with a track.
    streams: new Set(),
    // Every picture the output video presented: {number, at (ms), width, height, rtp, input}
    presented: [],
    // Every picture that was decoded from the network, whether shown or not.
    decoded: [],
    results: [],

    image(testid) {
      const video = element(testid);
      canvas.width = video.videoWidth;
      canvas.height = video.videoHeight;
      if (!canvas.width) return null;
      const context = canvas.getContext("2d", {willReadFrequently: true});
      context.drawImage(video, 0, 0);
      const bytes = context.getImageData(0, 0, canvas.width, canvas.height).data;
      let text = "";
      for (let i = 0; i < bytes.length; i += 32768) text += String.fromCharCode(...bytes.subarray(i, i + 32768));
      return {width: canvas.width, height: canvas.height, pixels: btoa(text)};
    },

    number(testid) {
      const video = element(testid);
      return video && video.videoWidth ? numberOf(video, video.videoWidth, video.videoHeight) : null;
    },

    watchOutput() {
      const video = element("output-video");
      if (video.watched) return;
      video.watched = true;
      const onPicture = (now, metadata) => {
        probe.presented.push({
          number: numberOf(video, video.videoWidth, video.videoHeight),
          input: probe.number("input-video"),
          at: now,
          width: video.videoWidth,
          height: video.videoHeight,
          rtp: metadata.rtpTimestamp ?? null,
        });
        video.requestVideoFrameCallback(onPicture);
      };
      video.requestVideoFrameCallback(onPicture);
    },

    // Mean brightness of a region given in fractions of the picture.
    brightness(testid, left, top, width, height) {
      const video = element(testid);
      if (!video || !video.videoWidth) return null;
      const context = strip.getContext("2d", {willReadFrequently: true});
      const [w, h] = [video.videoWidth, video.videoHeight];
      context.drawImage(video, left * w, top * h, width * w, height * h, 0, 0, 16, 8);
      const pixels = context.getImageData(0, 0, 16, 8).data;
      let sum = 0;
      for (let i = 0; i < pixels.length; i += 4) sum += (pixels[i] + pixels[i + 1] + pixels[i + 2]) / 3;
      return sum / (pixels.length / 4);
    },

    async statistics() {
      const found = [];
      for (const peer of probe.peers) {
        if (peer.connectionState === "closed") continue;
        for (const entry of (await peer.getStats()).values()) found.push(entry);
      }
      return found;
    },

    // Loudness (root mean square, 0..1) and strongest frequency of what comes back as sound.
    async sound(milliseconds) {
      const receiver = probe.peers.flatMap((peer) => peer.getReceivers())
        .filter((each) => each.track.kind === "audio" && each.track.readyState === "live").at(-1);
      if (!receiver) return null;
      const stream = new MediaStream([receiver.track]);
      // Chromium decodes received sound only when an element plays it.
      const player = new Audio();
      player.srcObject = stream;
      player.muted = true;
      await player.play();
      const context = new AudioContext({sampleRate: 48000});
      await context.resume();
      const analyser = new AnalyserNode(context, {fftSize: 32768, smoothingTimeConstant: 0});
      context.createMediaStreamSource(stream).connect(analyser);
      await new Promise((done) => setTimeout(done, Math.max(milliseconds, 800)));
      const samples = new Float32Array(analyser.fftSize);
      const spectrum = new Float32Array(analyser.frequencyBinCount);
      analyser.getFloatTimeDomainData(samples);
      analyser.getFloatFrequencyData(spectrum);
      await context.close();
      player.srcObject = null;
      let strongest = 0;
      for (let bin = 1; bin < spectrum.length; bin++) if (spectrum[bin] > spectrum[strongest]) strongest = bin;
      const energy = samples.reduce((sum, value) => sum + value * value, 0) / samples.length;
      return {rms: Math.sqrt(energy), hertz: strongest * 48000 / analyser.fftSize};
    },
  };

  function watchDecoded(track) {
    if (track.kind !== "video" || typeof MediaStreamTrackProcessor === "undefined") return;
    const reader = new MediaStreamTrackProcessor({track: track.clone()}).readable.getReader();
    const next = async () => {
      for (;;) {
        const {done, value: frame} = await reader.read();
        if (done) return;
        probe.decoded.push({
          number: numberOf(frame, frame.displayWidth, frame.displayHeight),
          scene: showsScene(frame, frame.displayWidth, frame.displayHeight),
          at: performance.now(),
          width: frame.displayWidth,
          height: frame.displayHeight,
        });
        frame.close();
      }
    };
    next();
  }

  class WatchedPeer extends RTCPeerConnection {
    constructor(configuration) {
      super(configuration);
      probe.peers.push(this);
      probe.configurations.push(JSON.parse(JSON.stringify(configuration ?? null)));
      this.addEventListener("track", ({track, streams}) => {
        for (const stream of streams) probe.streams.add(stream);
        if (probe.watchesDecoded) watchDecoded(track);
      });
    }
    createDataChannel(...given) {
      const channel = super.createDataChannel(...given);
      channel.addEventListener("message", (event) => {
        if (typeof event.data !== "string") return;
        const message = JSON.parse(event.data);
        if (message.type === "result" || message.type === "processor" || message.type === "statistics") {
          probe.results.push({...message, received: performance.now(), output: probe.number("output-video")});
        }
      });
      return channel;
    }
  }
  window.RTCPeerConnection = WatchedPeer;

  class WatchedSocket extends WebSocket {
    constructor(...given) {
      super(...given);
      probe.sockets.push(this);
    }
  }
  window.WebSocket = WatchedSocket;

  new MutationObserver(() => {
    const state = document.documentElement?.dataset.sessionState;
    if (state && probe.states.at(-1)?.state !== state) probe.states.push({state, at: performance.now()});
  }).observe(document, {attributes: true, subtree: true, attributeFilter: ["data-session-state"]});

  // Every track a page takes from a device, to see that it is given back.
  probe.tracks = [];
  const getUserMedia = navigator.mediaDevices?.getUserMedia.bind(navigator.mediaDevices);
  if (getUserMedia) {
    navigator.mediaDevices.getUserMedia = async (constraints) => {
      const stream = await (probe.camera ?? getUserMedia)(constraints, getUserMedia);
      probe.tracks.push(...stream.getTracks());
      return stream;
    };
  }

  window.probe = probe;
})();
