import { beforeAll, describe, expect, it } from "vitest";
import { Bridge } from "./bridge";
import { CEILING, CEILING_INPUT, ceilingCurve } from "./ceiling";
import { Fade } from "./fade";
import { LEVELS } from "./levels";
import { LOUDEST, lostBelow200, loudness, Studio, WINDOW } from "./measure";
import { tail } from "./room";
import { bank, peak, RATE, Rig } from "./testing/rig";
import type { Sound } from "./voices";
import { decibelsOf, UPWARDS, Volume } from "./volume";

let bytes: ArrayBuffer;
beforeAll(async () => {
  bytes = await bank();
});

describe("levels.json still says the truth", () => {
  const spots: [Sound, number, number][] = [
    ["piano", 64, 55],
    ["flute", 72, 100],
    ["bass", 45, 40],
    ["chords", 62, 70],
    ["melody", 67, 85],
    ["drum", 41, 64],
  ];
  it("a note is as loud as its velocity says, within 1.5 dB, whatever plays it", async () => {
    const studio = await Studio.open(bytes);
    for (const [sound, pitch, velocity] of spots) {
      const { pitches, attacks } = LEVELS.sounds[sound]!;
      const attack = attacks[Math.max(0, pitches.indexOf(pitch))]! / 1000;
      const heard = studio.note(sound, pitch, velocity, attack + WINDOW);
      const wanted = LOUDEST + 40 * Math.log10(velocity / 127);
      expect(Math.abs(loudness(heard, attack, WINDOW) - wanted), sound).toBeLessThan(1.5);
    }
  });

  it("the bass loses at most 6 dB on a loudspeaker without lows, and holds for 55 s", async () => {
    const studio = await Studio.open(bytes);
    for (const pitch of [43, 50, 57]) {
      expect(lostBelow200(studio.note("bass", pitch, 60, 1), 1), `pitch ${pitch}`).toBeLessThan(6);
    }
    const held = studio.note("bass", 45, 60, 55);
    expect(Math.abs(loudness(held, 53, 1) - loudness(held, 2, 1))).toBeLessThan(1);
  });
});

describe("nothing gets too loud", () => {
  it("the last curve never passes the ceiling, never turns back, and leaves soft sounds as they are", () => {
    const curve = ceilingCurve();
    const at = (x: number) => curve[Math.round(((x * CEILING_INPUT + 1) / 2) * (curve.length - 1))]!;
    expect(peak(curve)).toBeLessThanOrEqual(CEILING);
    for (let i = 1; i < curve.length; i++) expect(curve[i]!).toBeGreaterThanOrEqual(curve[i - 1]!);
    expect(at(0)).toBe(0);
    for (const x of [-0.4, -0.1, 0.25, 0.49]) expect(at(x)).toBeCloseTo(x, 3);
  });

  it("two hands full of the loudest notes are turned down by the limiter within a few ms", async () => {
    const rig = await Rig.open(bytes);
    for (let i = 0; i < 10; i++) rig.synth.makerOn(`k${i}`, 48 + 3 * i, 127);
    for (let i = 0; i < 6; i++) rig.play("chords", rig.frame, { velocity: 127, pitch: 50 + i * 4 });
    rig.render(441);
    const { maker, partner } = rig.render(RATE);
    const sum = maker.map((sample, i) => sample + partner[i]!);
    expect(peak(sum)).toBeLessThan(1);
    expect(peak(sum)).toBeGreaterThan(0.3);
  });
});

/** Records what is asked of a gain, and answers what it would be at a moment. */
class Gain {
  readonly asked: [string, number, number][] = [];
  cancelScheduledValues(): this {
    return this;
  }
  setValueAtTime(value: number, at: number): this {
    this.asked.push(["set", value, at]);
    return this;
  }
  exponentialRampToValueAtTime(value: number, at: number): this {
    this.asked.push(["up", value, at]);
    return this;
  }
  linearRampToValueAtTime(value: number, at: number): this {
    this.asked.push(["down", value, at]);
    return this;
  }
}

describe("the person's volume", () => {
  it("comes up at 6 dB a second, from where a former glide had got to, and goes down at once", () => {
    const gain = new Gain();
    const volume = new Volume(0.5);
    volume.start(gain as unknown as AudioParam, 10);
    const [, first, second] = [null, gain.asked[0]!, gain.asked[1]!];
    const dB = (x: number) => 20 * Math.log10(x);
    expect((dB(second[1]) - dB(first[1])) / (second[2] - first[2])).toBeCloseTo(UPWARDS, 5);
    expect(second[1]).toBeCloseTo(Math.pow(10, decibelsOf(0.5) / 20), 6);
    gain.asked.length = 0;
    volume.set(1);
    volume.change(gain as unknown as AudioParam, 11); // one second on its way: 6 dB up
    expect(dB(gain.asked[0]![1])).toBeCloseTo(dB(first[1]) + 6, 5);
    gain.asked.length = 0;
    volume.set(0);
    volume.change(gain as unknown as AudioParam, 30);
    expect(gain.asked.at(-1)).toEqual(["down", 0, expect.closeTo(30.02, 5)]);
  });
});

describe("the bridge between the clocks", () => {
  it("ignores a stray reading, follows a drift without leaping, and takes a new device at once", () => {
    const bridge = new Bridge();
    for (let i = 0; i < 20; i++) bridge.read({ context: 5 + i * 0.25, performance: 1000 + i * 250 + (i === 17 ? 40 : 0) });
    expect(bridge.contextTimeAt(6000)).toBeCloseTo(10, 4);
    expect(bridge.performanceAt(10)).toBeCloseTo(6000, 1);
    let last = bridge.contextTimeAt(0);
    for (let i = 20; i < 80; i++) {
      bridge.read({ context: 5 + i * 0.25 + 0.02, performance: 1000 + i * 250 }); // 20 ms off from now on
      expect(Math.abs(bridge.contextTimeAt(0) - last)).toBeLessThan(0.001);
      last = bridge.contextTimeAt(0);
    }
    expect(last).toBeGreaterThan(4.001);
    bridge.forget();
    bridge.read({ context: 100, performance: 50_000 });
    expect(bridge.contextTimeAt(50_000)).toBeCloseTo(100, 6);
  });
});

describe("a fade", () => {
  it("goes on from where it was when a second one is asked for, and ends in exactly nothing", () => {
    const fade = new Fade();
    fade.reset(0.5);
    fade.fall(0, 1000, 3000);
    expect(fade.at(1000)).toBe(0.5);
    const middle = fade.at(2000);
    fade.fall(2000, 2200, 2500); // a later beginning than the one under way
    expect(fade.at(2000)).toBeCloseTo(middle, 9);
    for (let frame = 2000; frame < 2500; frame++) expect(fade.at(frame + 1)).toBeLessThanOrEqual(fade.at(frame));
    expect(fade.at(2500)).toBe(0);
  });
});

describe("the room", () => {
  it("dies away to nothing within its length, and is the same each time", () => {
    const samples = tail(RATE, RATE, 11);
    expect(tail(RATE, RATE, 11)).toEqual(samples);
    const energy = (from: number, to: number) => samples.subarray(from, to).reduce((sum, x) => sum + x * x, 0);
    expect(energy(0, RATE)).toBeCloseTo(1, 3);
    expect(energy(RATE * 0.9, RATE) / energy(0, RATE * 0.1)).toBeLessThan(1e-4);
  });
});
