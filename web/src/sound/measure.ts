/** What the tools and the tests measure: loudness, attack, and what a small loudspeaker leaves. */

import type { Sounded, Timbre, Voice } from "./instrument";
import type { Levels } from "./levels";
import { Synth } from "./synth";
import { TIMBRES, type Sound } from "./voices";

export const RATE = 44100;
export const LOUDEST = -14; // LUFS of a note at velocity 127, its first 400 ms
export const WINDOW = 0.4; // seconds of a note that are judged

export interface Stereo {
  readonly left: Float32Array;
  readonly right: Float32Array;
}

/** Trims and attacks of nothing: the sounds as they come from the bank. */
export function untrimmed(sounds: readonly string[]): Levels {
  const none = { pitches: [60], trims: [[0]], attacks: [0] };
  return { velocities: [64], sounds: Object.fromEntries(sounds.map((sound) => [sound, none])) };
}

export class Studio {
  private frame = 0;

  private constructor(private readonly synth: Synth) {}

  static async open(bank: ArrayBuffer, levels?: Levels): Promise<Studio> {
    const ignore = (_: Sounded): void => undefined;
    const synth = await Synth.load(bank, RATE, ignore, levels);
    synth.plain();
    return new Studio(synth);
  }

  /** One note alone, held throughout; the room is silent again afterwards. */
  note(sound: Sound, pitch: number, velocity: number, seconds: number): Stereo {
    const timbre = TIMBRES.find((name) => name === sound);
    if (timbre !== undefined) this.maker(timbre, pitch, velocity);
    else this.partner(sound, pitch, velocity, seconds);
    const heard = this.take(Math.ceil(seconds * RATE), timbre !== undefined);
    this.synth.makerOffAll();
    this.synth.silence(0.01 * RATE);
    while (this.synth.sounding > 0) this.take(1024, true);
    return heard;
  }

  private maker(timbre: Timbre, pitch: number, velocity: number): void {
    this.synth.setTimbre(timbre);
    this.synth.makerOn("key", pitch, velocity);
  }

  private partner(sound: Sound, pitch: number, velocity: number, seconds: number): void {
    const voice: Voice = sound === "rim" ? "percussion" : (sound as Voice);
    const note = { id: this.frame, voice, pitch, velocity, at: this.frame, planned: false, timbre: 0 };
    this.synth.play({ ...note, frames: seconds * RATE });
  }

  private take(frames: number, maker: boolean): Stereo {
    const [a, b, c, d] = [0, 0, 0, 0].map(() => new Float32Array(frames)) as Four;
    this.synth.render(a, b, c, d, this.frame, frames);
    this.frame += frames;
    return maker ? { left: a, right: b } : { left: c, right: d };
  }
}

type Four = [Float32Array, Float32Array, Float32Array, Float32Array];

/** Seconds until a sample is within 6 dB of the highest of the first 300 ms. */
export function attackOf({ left, right }: Stereo): number {
  const count = Math.min(left.length, Math.round(0.3 * RATE));
  let peak = 0;
  for (let i = 0; i < count; i++) peak = Math.max(peak, Math.abs(left[i]!), Math.abs(right[i]!));
  for (let i = 0; i < count; i++) {
    if (Math.max(Math.abs(left[i]!), Math.abs(right[i]!)) >= peak / 2) return i / RATE;
  }
  return 0;
}

/** Loudness of so many seconds from a moment on, in LUFS (K-weighted as in ITU-R BS.1770). */
export function loudness(sound: Stereo, from: number, seconds: number): number {
  const energy = (side: Float32Array) => power(highpass(shelf(side), 38.13547, 0.5003270), from, seconds);
  return -0.691 + decibels(energy(sound.left) + energy(sound.right));
}

/** The dB that a sound loses when nothing below 200 Hz is left of it, as on a small loudspeaker. */
export function lostBelow200(sound: Stereo, seconds: number): number {
  const small = (side: Float32Array) => highpass(side, 200, Math.SQRT1_2);
  const whole = power(sound.left, 0, seconds) + power(sound.right, 0, seconds);
  const left = power(small(sound.left), 0, seconds) + power(small(sound.right), 0, seconds);
  return decibels(whole) - decibels(left);
}

export function decibels(energy: number): number {
  return 10 * Math.log10(Math.max(energy, 1e-15));
}

function power(samples: Float32Array, from: number, seconds: number): number {
  const begin = Math.round(from * RATE);
  const end = Math.min(samples.length, begin + Math.round(seconds * RATE));
  let sum = 0;
  for (let i = begin; i < end; i++) sum += samples[i]! * samples[i]!;
  return sum / Math.max(1, end - begin);
}

/** The head's high shelf of BS.1770, for any sampling rate. */
function shelf(samples: Float32Array): Float32Array {
  const k = Math.tan((Math.PI * 1681.974) / RATE);
  const q = 0.7071752;
  const high = Math.pow(10, 3.99984 / 20);
  const band = Math.pow(high, 0.4996667);
  const a0 = 1 + k / q + k * k;
  const b = [(high + (band * k) / q + k * k) / a0, (2 * (k * k - high)) / a0, (high - (band * k) / q + k * k) / a0];
  return biquad(samples, b as Three, [(2 * (k * k - 1)) / a0, (1 - k / q + k * k) / a0]);
}

function highpass(samples: Float32Array, hz: number, q: number): Float32Array {
  const k = Math.tan((Math.PI * hz) / RATE);
  const a0 = 1 + k / q + k * k;
  return biquad(samples, [1 / a0, -2 / a0, 1 / a0], [(2 * (k * k - 1)) / a0, (1 - k / q + k * k) / a0]);
}

type Three = [number, number, number];

function biquad(samples: Float32Array, [b0, b1, b2]: Three, [a1, a2]: [number, number]): Float32Array {
  const out = new Float32Array(samples.length);
  let x1 = 0, x2 = 0, y1 = 0, y2 = 0;
  for (let i = 0; i < samples.length; i++) {
    const x = samples[i]!;
    const y = b0 * x + b1 * x1 + b2 * x2 - a1 * y1 - a2 * y2;
    x2 = x1; x1 = x; y2 = y1; y1 = y;
    out[i] = y;
  }
  return out;
}
