// The connection report: what a host needs to see when somebody says "it does not work". No names, no addresses.
export function connectionReport({ session, figures, processor }) {
  return {
    made: new Date().toISOString(),
    processor: session.manifest?.slug ?? null,
    session: session.id,
    state: session.state,
    connection: session.peer?.state ?? null,
    phases: session.phases.list(),
    path: figures.path ?? null,
    codec: figures.codec ?? null,
    size: { sent: figures.size_in ?? null, received: figures.size_out ?? null },
    fps: {
      in: figures.fps_in ?? null,
      processed: figures.processed ?? null,
      dropped: figures.dropped ?? null,
      out: figures.fps_out ?? null,
      sent: figures.fps_sent ?? null,
      shown: figures.fps_shown ?? null,
    },
    delay: {
      network_ms: figures.network_ms ?? null,
      queue_ms: figures.queue_ms ?? null,
      process_ms: figures.process_ms ?? null,
      encode_ms: figures.encode_ms ?? null,
      playback_ms: figures.playback_ms ?? null,
      total_ms: figures.delay_ms ?? null,
    },
    bitrate: { up: figures.bitrate_up ?? null, down: figures.bitrate_down ?? null },
    packets_lost: figures.lost ?? null,
    lost_share: { up: figures.lost_up ?? null, down: figures.lost_down ?? null },
    bottleneck: figures.bottleneck ?? null,
    server: session.server ?? null,
    worker: { state: processor?.state ?? null, showing: processor?.showing ?? null },
    browser: navigator.userAgent,
  };
}
