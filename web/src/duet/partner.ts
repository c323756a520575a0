/** What the partner plays: placed on the audio clock, and drawn. */

import type { Player } from "../sound/player";
import type { SessionClock } from "./clock";
import type { Marks } from "./marks";
import type { Play } from "./protocol";

const SILENT_WITHIN = 0.15; // seconds: Rest, or a lost connection

/** Where the partner sounds. */
export type Loudspeaker = Pick<Player, "play" | "retract" | "release" | "silence" | "contextTimeAt" | "outputLatency">;

export class Partner {
  constructor(
    private readonly sound: Loudspeaker,
    private readonly clock: SessionClock,
    private readonly marks: Marks,
  ) {}

  /** `aloud`: whether it sounds here, or is only shown. */
  play(play: Play, aloud: boolean): void {
    const { pitch, velocity, voice, seconds, timbre } = play;
    const planned = play.kind === "planned";
    const from = this.clock.performanceAt(play.at);
    if (aloud) {
      const leaves = this.sound.contextTimeAt(from);
      // A reactive note answers the maker's own, which is as late on its way out as it is itself.
      const at = planned ? leaves : leaves + this.sound.outputLatency;
      this.sound.play({ id: play.id, voice, pitch, velocity, at, seconds, planned, timbre });
    }
    const to = from + seconds * 1000;
    this.marks.play({ who: "partner", id: String(play.id), pitch, velocity, voice, from, to, planned });
  }

  retract(id: number): void {
    this.sound.retract(id);
    this.marks.retract(String(id));
  }

  release(id: number, at: number, over: number): void {
    const gone = this.clock.performanceAt(at);
    this.sound.release(id, this.sound.contextTimeAt(gone), over);
    this.marks.release(String(id), gone);
  }

  /** Silent here, without waiting for the server to say so. */
  hush(): void {
    const now = performance.now();
    this.sound.silence(SILENT_WITHIN);
    this.marks.silence(now, now + SILENT_WITHIN * 1000);
  }
}
