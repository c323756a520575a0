import { beforeAll, describe, expect, it } from "vitest";
import { begin, type Breath, PACES, turn } from "../breath/breath";
import { loudness, WINDOW } from "./measure";
import { bank, peak, RATE, Rig } from "./testing/rig";

let bytes: ArrayBuffer;
beforeAll(async () => {
  bytes = await bank();
});

const seconds = (rig: Rig): number => rig.frame / RATE;
const GROUND = 48;

/** Mean levels of stretches of 50 ms, dB. */
function levels(samples: Float32Array): number[] {
  const long = Math.round(0.05 * RATE);
  return Array.from({ length: Math.floor(samples.length / long) }, (_, i) => {
    const stretch = samples.subarray(i * long, (i + 1) * long);
    return 10 * Math.log10(stretch.reduce((sum, x) => sum + x * x, 0) / long + 1e-12);
  });
}

/** The furthest that neighbouring samples lie apart. */
function leap(samples: Float32Array): number {
  return samples.reduce((most, x, i) => (i === 0 ? 0 : Math.max(most, Math.abs(x - samples[i - 1]!))), 0);
}

async function breathing(breath: (rig: Rig) => Breath): Promise<Rig> {
  const rig = await Rig.open(bytes);
  rig.synth.breathe(GROUND, breath(rig));
  return rig;
}

describe("the drone", () => {
  it("comes up from nearly nothing, then swells by about 12 dB with the breath, never by more than 6 dB a second", async () => {
    const rig = await breathing((at) => begin(seconds(at), PACES.like));
    const rose = levels(rig.render(6 * RATE).partner);
    expect(rose[0]!).toBeLessThan(rose.at(-20)! - 8);
    const breaths = levels(rig.render(20 * RATE).partner);
    const [soft, full] = [Math.min(...breaths), Math.max(...breaths)];
    expect(full - soft).toBeGreaterThan(9);
    expect(full - soft).toBeLessThan(15);
    for (let i = 20; i < breaths.length; i++) {
      // over a second; the shimmer of the tones themselves makes a little more of it
      expect(Math.abs(breaths[i]! - breaths[i - 20]!)).toBeLessThan(7.5);
    }
  });

  it("is fullest where the in-breath ends, and softest where the next one begins", async () => {
    const rig = await breathing((at) => begin(seconds(at), PACES.like));
    rig.render(10 * RATE); // a whole breath
    const breath = levels(rig.render(10 * RATE).partner);
    const at = (time: number): number => breath[Math.round(time / 0.05)]!;
    expect(at(4)).toBeGreaterThan(at(0.1) + 8);
    expect(at(4)).toBeGreaterThan(at(9.8) + 8);
    expect(at(2)).toBeGreaterThan(at(0.1));
  });

  it("leads without a seam into playing: no gap and no click as the maker and the partner begin, and then it goes", async () => {
    const rig = await breathing((at) => begin(seconds(at), PACES.like));
    const before = rig.render(14 * RATE).partner; // into the second in-breath
    const click = leap(before);
    expect(click).toBeLessThan(0.15 * peak(before)); // its tones are low: no sample lies far from the next
    rig.synth.makerOn("a", 60, 72); // the first key
    const first = rig.render(Math.round(0.1 * RATE));
    expect(peak(first.maker.subarray(0, 512))).toBeGreaterThan(0); // sounds at once
    const drone = rig.render(2 * RATE).partner;
    expect(leap(drone)).toBeLessThan(1.5 * click);
    const [last, now] = [levels(before).at(-1)!, levels(first.partner)[0]!];
    expect(Math.abs(now - last)).toBeLessThan(1);
    rig.synth.leave(); // the partner has a ground of its own now
    rig.play("bass", rig.frame, { pitch: 48, velocity: 50, frames: 30 * RATE });
    const both = rig.render(8 * RATE).partner;
    expect(leap(both)).toBeLessThan(4 * click);
    expect(Math.min(...levels(both))).toBeGreaterThan(-60); // never a gap
    rig.synth.silence(100);
    rig.render(RATE);
    rig.synth.makerOff("a");
    rig.render(5 * RATE);
    expect(rig.synth.sounding).toBe(0);
  });

  it("lies 3 to 9 dB under a maker's note of a gentle touch when it is fullest", async () => {
    const rig = await breathing((at) => begin(seconds(at), PACES.like));
    rig.render(Math.round(13.8 * RATE));
    const full = rig.render(Math.round(WINDOW * RATE)); // around the end of an in-breath
    rig.synth.makerOn("a", 64, 72);
    const { maker } = rig.render(Math.round(WINDOW * RATE));
    const drone = loudness({ left: full.partner, right: full.right }, 0, WINDOW);
    const under = loudness({ left: maker, right: maker }, 0, WINDOW) - drone;
    expect(under).toBeGreaterThan(3);
    expect(under).toBeLessThan(9);
  });

  it("takes 6 dB a second to go, ends in exactly nothing, and clicks nowhere", async () => {
    const rig = await breathing((at) => begin(seconds(at), PACES.like));
    const click = leap(rig.render(14 * RATE).partner);
    rig.synth.leave();
    const gone = rig.render(10 * RATE).partner;
    expect(leap(gone)).toBeLessThanOrEqual(click);
    const after = levels(gone);
    for (let i = 20; i < 100; i++) expect(after[i]! - after[i - 20]!).toBeGreaterThan(-7.5);
    expect(peak(gone.subarray(9 * RATE))).toBe(0);
    expect(rig.synth.sounding).toBe(0);
  });

  it("is silent within the time that Rest gives, whatever it was doing", async () => {
    const rig = await breathing((at) => begin(seconds(at), PACES.quicker));
    rig.render(9 * RATE);
    rig.synth.silence(Math.round(0.15 * RATE));
    rig.render(Math.round(0.15 * RATE) + 128);
    expect(peak(rig.render(RATE).partner)).toBe(0);
    expect(rig.synth.sounding).toBe(0);
  });

  it("follows another pace without a leap", async () => {
    let breath = begin(0, PACES.like);
    const rig = await breathing((at) => (breath = begin(seconds(at), PACES.like)));
    const click = leap(rig.render(12 * RATE).partner);
    rig.synth.follow(turn(breath, seconds(rig), PACES.slower));
    const after = rig.render(3 * RATE).partner;
    expect(leap(after)).toBeLessThan(1.5 * click);
    expect(peak(after)).toBeGreaterThan(0.001);
  });

  it("stands on the ground it was given, with a fifth and upper partials that a small loudspeaker can sound", async () => {
    const rig = await breathing((at) => begin(seconds(at), PACES.like));
    rig.render(13 * RATE);
    const heard = rig.render(RATE).partner;
    const at = (hz: number): number => {
      let [re, im] = [0, 0];
      heard.forEach((x, i) => {
        re += x * Math.cos((2 * Math.PI * hz * i) / RATE);
        im += x * Math.sin((2 * Math.PI * hz * i) / RATE);
      });
      return 20 * Math.log10(Math.hypot(re, im) / heard.length);
    };
    const ground = 440 * 2 ** ((GROUND - 69) / 12);
    for (const hz of [ground, ground * 1.4983, ground * 2]) expect(at(hz)).toBeGreaterThan(at(ground * 1.26) + 15);
    expect(at(ground * 3)).toBeGreaterThan(at(ground) - 25);
  });
});
