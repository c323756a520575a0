/**
 * Tells an open microphone from which nothing comes at all: a switch on it, on the machine or in the system is
 * off. A quiet room is not that: every real microphone has a noise of its own.
 */
const NOTHING = 2; // of 32768: what a converter may add to perfect silence
const FOR = 5; // seconds

export class Mute {
  private silent = 0; // samples in a row

  /** `rate`: of the microphone, Hz. */
  constructor(private readonly rate: number) {}

  /** Whether nothing has come for so long, with this block. */
  hear(samples: Int16Array): boolean {
    const sounds = samples.some((sample) => Math.abs(sample) > NOTHING);
    this.silent = sounds ? 0 : this.silent + samples.length;
    return this.silent >= FOR * this.rate;
  }
}
