// The one connection of a seat: camera, microphone and screen go out; one receiving section for each stream of others.
import { KINDS } from "./directions.js";
import { Peer } from "./peer.js";

const SCREEN = { screen: "video", screen_sound: "audio" };

export class RoomPeer extends Peer {
  #receiving = { video: [], audio: [] };
  #screen = {};

  constructor(ice) {
    super(ice, { takes: KINDS, gives: [] });
  }

  /** Have at least so many receiving sections of each kind; whether any was added, which needs a new offer. */
  receive(wanted) {
    const before = this.sections.length;
    for (const kind of KINDS) {
      while (this.#receiving[kind].length < (wanted[kind] ?? 0)) this.#receiving[kind].push(this.addSection(kind, "recvonly"));
    }
    return this.sections.length > before;
  }

  /** Send a screen, or with null no longer; both need a new offer. */
  async setScreen(stream) {
    for (const [source, kind] of Object.entries(SCREEN)) {
      const track = stream?.getTracks().find((each) => each.kind === kind) ?? null;
      if (track) this.#screen[source] ??= this.addSection(kind, "sendonly");
      const section = this.#screen[source];
      if (!section) continue;
      section.direction = track ? "sendonly" : "inactive";
      await section.sender.replaceTrack(track);
    }
  }

  /** What each section of ours sends, by mid, as the offer says it. */
  sources() {
    const sent = { camera: this.section("video"), microphone: this.section("audio"), ...this.#screen };
    return Object.fromEntries(Object.entries(sent).map(([source, section]) => [section.mid, source]));
  }

  /** The track that arrives in the section with this mid. */
  track(mid) {
    return this.sections.find((section) => section.mid === mid)?.receiver.track ?? null;
  }
}
