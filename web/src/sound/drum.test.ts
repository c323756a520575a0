import { describe, expect, it } from "vitest";
import { DrumStroke } from "./frame-drum";
import { RATE, peak } from "./testing/rig";
import { placeOf, RIM } from "./voices";

function stroke(place: number, velocity: number, seed = 1, frames = RATE): Float32Array {
  const drum = new DrumStroke(RATE);
  drum.strike(place, velocity, seed);
  const heard = new Float32Array(frames);
  for (let at = 0; at < frames; at += 128) {
    drum.render(heard.subarray(at, Math.min(frames, at + 128)), Math.min(128, frames - at));
  }
  return heard;
}

/** How bright a stroke's first 400 ms are: the root mean square of its frequencies, Hz. */
function middle(samples: Float32Array): number {
  let [moved, whole] = [0, 0];
  for (let i = 1; i < 0.4 * RATE; i++) {
    moved += (samples[i]! - samples[i - 1]!) ** 2;
    whole += samples[i]! ** 2;
  }
  return (Math.sqrt(moved / whole) * RATE) / (2 * Math.PI);
}

/** The strongest frequency between two. */
function strongest(samples: Float32Array, low: number, high: number, from: number, to: number): number {
  let best: [number, number] = [0, 0];
  const cut = samples.subarray(Math.round(from * RATE), Math.round(to * RATE));
  const heard = cut.map((x, i) => x * (0.5 - 0.5 * Math.cos((2 * Math.PI * i) / cut.length)));
  for (let hz = low; hz <= high; hz += 0.5) {
    const turn = 2 * Math.cos((2 * Math.PI * hz) / RATE);
    let [one, two] = [0, 0];
    for (const x of heard) [one, two] = [x + turn * one - two, one];
    const energy = one * one + two * two - turn * one * two;
    if (energy > best[1]) best = [hz, energy];
  }
  return best[0];
}

describe("the frame drum", () => {
  it("is brighter the harder it is struck, in the middle and at the rim", () => {
    for (const place of [0, 0.5, 1]) {
      const bright = [20, 50, 80, 110].map((velocity) => middle(stroke(place, velocity)));
      for (let i = 1; i < bright.length; i++) expect(bright[i]!, `place ${place}`).toBeGreaterThan(bright[i - 1]! * 1.02);
    }
  });

  it("is deep in the middle and light at the rim, and rings longer in the middle", () => {
    const [deep, light] = [stroke(0, 70), stroke(1, 70)];
    expect(middle(light)).toBeGreaterThan(2 * middle(deep));
    const rings = (heard: Float32Array): number => {
      const whole = heard.reduce((sum, x) => sum + x * x, 0);
      let left = whole;
      return heard.findIndex((x) => (left -= x * x) < whole / 1000) / RATE;
    };
    expect(rings(deep)).toBeGreaterThan(1.5 * rings(light));
  });

  it("begins sharp after a hard stroke and settles, and hardly so after a soft one", () => {
    const falls = (velocity: number): number => {
      const heard = stroke(0, velocity);
      return strongest(heard, 80, 105, 0, 0.12) / strongest(heard, 80, 105, 0.25, 0.6);
    };
    expect(falls(127)).toBeGreaterThan(1.008);
    expect(falls(30)).toBeLessThan(1.004);
  });

  it("has the upper tones of a round skin, which are no harmonics", () => {
    const heard = stroke(0.4, 80);
    const ground = strongest(heard, 85, 110, 0.05, 0.5);
    const second = strongest(heard, 140, 200, 0.05, 0.5);
    expect(second / ground).toBeGreaterThan(1.6);
    expect(second / ground).toBeLessThan(1.8);
  });

  it("is never struck twice quite alike, by no more than a hand would; the same seed is the same stroke", () => {
    const [one, two] = [stroke(0.2, 70, 5), stroke(0.2, 70, 6)];
    expect(stroke(0.2, 70, 5)).toEqual(one);
    expect(one).not.toEqual(two);
    const energies = Array.from({ length: 24 }, (_, seed) => stroke(0.2, 70, seed).reduce((sum, x) => sum + x * x, 0));
    const spread = 10 * Math.log10(Math.max(...energies) / Math.min(...energies));
    expect(spread).toBeGreaterThan(0.2);
    expect(spread).toBeLessThan(4);
  });

  it("begins at once, without a click, and ends in nothing", () => {
    for (const place of [0, 1]) {
      const heard = stroke(place, 100, 3, 2 * RATE);
      expect(peak(heard.subarray(0, Math.round(0.004 * RATE)))).toBeGreaterThan(0.1 * peak(heard));
      expect(Math.abs(heard[0]!)).toBeLessThan(0.01 * peak(heard));
      expect(peak(heard.subarray(Math.round(1.51 * RATE)))).toBe(0);
      expect(heard.every(Number.isFinite)).toBe(true);
    }
  });

  it("is struck further out the higher the key, and at the rim where the engine says so", () => {
    const places = [36, 57, 62, 69, 76, 84, 96].map(placeOf);
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect([places[0], places.at(-1), placeOf(RIM)]).toEqual([0, 1, 1]);
  });
});
