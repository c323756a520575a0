/** A kept take heard again at a therapist's page, which has no sound of its own until then. */
import { Marks } from "../duet/marks";
import { type Part, Rehearing, type Sound } from "../duet/rehearing";
import { Player } from "../sound/player";
import type { Hears } from "../review/looking.svelte";

export class Again implements Hears {
  private readonly sound = new Player();
  private readonly rehearing = new Rehearing(this.sound, new Marks());
  private asked = 0;

  /** In the person's own press: only there may sound begin. */
  async hearPart(sounds: readonly Sound[], part: Part): Promise<void> {
    this.stopHearing();
    const mine = this.asked;
    await this.sound.start();
    if (mine === this.asked) await this.rehearing.start(sounds, part);
  }

  leaveOut(who: Sound["who"], out: boolean): void {
    this.rehearing.leaveOut(who, out);
  }

  stopHearing(): void {
    this.asked += 1;
    this.rehearing.stop();
  }

  get hearingAt(): number | null {
    return this.rehearing.at;
  }

  close(): void {
    this.stopHearing();
    void this.sound.close();
  }
}
