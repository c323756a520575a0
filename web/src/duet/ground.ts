/**
 * The drone of the breathing opener, carried over into the duet: it goes on sounding as playing begins,
 * and goes, slowly, once the partner has a ground of its own or the maker has played for a while.
 */

import type { Breath } from "../breath/breath";
import type { Voice } from "../sound/instrument";
import type { Player } from "../sound/player";

const CARRIED = 8000; // ms that the maker has played

export class Ground {
  private sounding = false;
  private played: number | null = null; // when the maker first did, ms

  constructor(private readonly sound: Pick<Player, "breathe" | "follow" | "leave">) {}

  begin(ground: number, breath: Breath): void {
    this.sound.breathe(ground, breath);
    this.sounding = true;
    this.played = null;
  }

  follow(breath: Breath): void {
    if (this.sounding) this.sound.follow(breath);
  }

  makerPlayed(when: number): void {
    this.played ??= when;
    if (when - this.played >= CARRIED) this.leave();
  }

  partnerPlays(voice: Voice): void {
    if (voice === "bass" || voice === "chords") this.leave();
  }

  leave(): void {
    if (this.sounding) this.sound.leave();
    this.sounding = false;
  }
}
