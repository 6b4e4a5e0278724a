// A microphone that beeps when asked to, and an ear that notices when the beep comes back.
(() => {
  "use strict";
  let gain, ear;

  window.probe.camera = async (constraints, getUserMedia) => {
    const stream = await getUserMedia(constraints);
    stream.getAudioTracks().forEach((track) => { track.stop(); stream.removeTrack(track); });
    const context = new AudioContext({sampleRate: 48000});
    gain = new GainNode(context, {gain: 0});
    const tone = new OscillatorNode(context, {frequency: 880});
    const destination = context.createMediaStreamDestination();
    tone.connect(gain).connect(destination);
    tone.start();
    await context.resume();
    stream.addTrack(destination.stream.getAudioTracks()[0]);
    return stream;
  };

  window.probe.listenForBeeps = async () => {
    const receiver = window.probe.peers.flatMap((peer) => peer.getReceivers())
      .filter((each) => each.track.kind === "audio" && each.track.readyState === "live").at(-1);
    const stream = new MediaStream([receiver.track]);
    const player = new Audio();
    player.srcObject = stream;
    player.muted = true;
    await player.play();
    const context = new AudioContext({sampleRate: 48000, latencyHint: "interactive"});
    await context.resume();
    ear = new AnalyserNode(context, {fftSize: 256, smoothingTimeConstant: 0});
    context.createMediaStreamSource(stream).connect(ear);
    window.probe.player = player;
  };

  // Milliseconds from a beep of 0.15 s to its return.
  window.probe.beep = () => new Promise((done, fail) => {
    const samples = new Float32Array(ear.fftSize);
    const begun = performance.now();
    gain.gain.value = 0.5;
    setTimeout(() => { gain.gain.value = 0; }, 150);
    const timer = setInterval(() => {
      ear.getFloatTimeDomainData(samples);
      if (Math.max(...samples) > 0.05) {
        clearInterval(timer);
        const took = performance.now() - begun;
        setTimeout(() => done(took), 600);
      } else if (performance.now() - begun > 8000) {
        clearInterval(timer);
        fail(new Error("the beep does not come back"));
      }
    }, 4);
  });
})();
