/** Soft strokes of a sound check, each with the moment at which it leaves the device. */

import { Bridge, readOutput } from "./bridge";
import { decibelsOf } from "./volume";

const FIRST_READINGS = 15;
const AHEAD = 0.3; // seconds before the first
const TIMBRES = {
  click: { hz: 1600, fades: 0.012, loud: 0.5 },
  drum: { hz: 190, fades: 0.09, loud: 0.6 },
} as const;

export class Strokes {
  private context: AudioContext | null = null;

  /** `volume`: the person's own, 0 to 1. */
  constructor(private readonly volume: number) {}

  /** Plays `count` strokes, `apart` seconds from one to the next; gives when each leaves (performance ms).
   * To be called in the person's gesture. */
  async play(kind: keyof typeof TIMBRES, count: number, apart: number): Promise<readonly number[]> {
    this.context ??= new AudioContext({ latencyHint: "interactive" });
    const { context } = this;
    const { hz, fades, loud } = TIMBRES[kind];
    await context.resume();
    const bridge = new Bridge();
    for (let i = 0; i < FIRST_READINGS; i++) {
      readOutput(context, bridge);
      await new Promise((resolve) => setTimeout(resolve, 8));
    }
    const first = context.currentTime + AHEAD;
    const moments = Array.from({ length: count }, (_, n) => first + n * apart);
    const peak = loud * 10 ** (decibelsOf(this.volume) / 20);
    for (const at of moments) {
      const tone = new OscillatorNode(context, { frequency: hz });
      const gain = new GainNode(context, { gain: 0 });
      gain.gain.setValueAtTime(0, at);
      gain.gain.linearRampToValueAtTime(peak, at + 0.001);
      gain.gain.setTargetAtTime(0, at + 0.001, fades);
      tone.connect(gain).connect(context.destination);
      tone.start(at);
      tone.stop(at + 10 * fades);
    }
    return moments.map((at) => bridge.performanceAt(at));
  }

  close(): void {
    void this.context?.close();
    this.context = null;
  }
}
