/** What the tests of the sound share: the bank, a synth whose reports are kept, and chance with a seed. */

import { readFileSync } from "node:fs";
import type { Sounded, Voice } from "../instrument";
import { Synth } from "../synth";

export const RATE = 44100;

/** The bank as the build makes it; made first if it is missing or old. */
export async function bank(): Promise<ArrayBuffer> {
  const tool = new URL("../../../tools/bank.mjs", import.meta.url).href;
  await import(/* @vite-ignore */ tool);
  const bytes = readFileSync(new URL("../../../public/sound/bank.sf3", import.meta.url));
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
}

export class Rig {
  frame: number;
  readonly reports: Sounded[] = [];
  private ids = 0;

  private constructor(
    readonly synth: Synth,
    frame: number,
    reports: Sounded[],
  ) {
    this.frame = frame;
    this.reports = reports;
  }

  /** A synth whose context has run for a while already. */
  static async open(bytes: ArrayBuffer, frame = 128 * 1000): Promise<Rig> {
    const reports: Sounded[] = [];
    const synth = await Synth.load(bytes, RATE, (report) => reports.push(report));
    const rig = new Rig(synth, frame, reports);
    rig.render(128);
    return rig;
  }

  /** So many frames, in render quanta as the worklet asks for them. */
  render(frames: number): { maker: Float32Array; partner: Float32Array; right: Float32Array } {
    const [makerL, makerR, left, right] = [0, 0, 0, 0].map(() => new Float32Array(frames)) as [
      Float32Array, Float32Array, Float32Array, Float32Array,
    ];
    for (let at = 0; at < frames; at += 128) {
      const end = Math.min(frames, at + 128);
      const cut = (whole: Float32Array) => whole.subarray(at, end);
      this.synth.render(cut(makerL), cut(makerR), cut(left), cut(right), this.frame, end - at);
      this.frame += end - at;
    }
    return { maker: makerL, partner: left, right };
  }

  play(voice: Voice, at: number, change: Partial<{ pitch: number; velocity: number; frames: number; planned: boolean; timbre: number }> = {}): number {
    const id = ++this.ids;
    const pitch = { bass: 45, chords: 60, melody: 67, percussion: 41 }[voice];
    this.synth.play({ id, voice, pitch, velocity: 80, at, frames: RATE, planned: false, timbre: 0, ...change });
    return id;
  }
}

/** The first frame that is not exactly nothing; -1 if there is none. */
export function firstSound(samples: Float32Array): number {
  return samples.findIndex((sample) => sample !== 0);
}

/** The last one. */
export function lastSound(samples: Float32Array): number {
  return samples.findLastIndex((sample) => sample !== 0);
}

export function peak(samples: Float32Array): number {
  return samples.reduce((highest, sample) => Math.max(highest, Math.abs(sample)), 0);
}

/** Numbers from 0 to 1, the same ones for the same seed. */
export function chance(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d);
    mixed = Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}
