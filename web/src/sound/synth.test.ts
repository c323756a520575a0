import { beforeAll, describe, expect, it } from "vitest";
import type { Voice } from "./instrument";
import { attack, LEVELS } from "./levels";
import { bank, chance, firstSound, lastSound, peak, RATE, Rig } from "./testing/rig";
import { TIMBRES, VOICES } from "./voices";

let bytes: ArrayBuffer;
beforeAll(async () => {
  bytes = await bank();
});

const ms = (milliseconds: number) => Math.round((milliseconds * RATE) / 1000);

describe("the maker", () => {
  it("hears every timbre begin in the very next block after the key", async () => {
    const rig = await Rig.open(bytes);
    for (const timbre of TIMBRES) {
      rig.synth.setTimbre(timbre);
      rig.synth.makerOn("a", 62, 90);
      const { maker } = rig.render(128);
      expect(firstSound(maker), timbre).toBeGreaterThanOrEqual(0);
      const report = rig.reports.at(-1)!;
      expect(report.begun).toBe(rig.frame - 128);
      rig.synth.makerOffAll();
      while (rig.synth.sounding > 0) rig.render(128);
    }
  });

  it("hears a tap at once, and the same key again ends the former note", async () => {
    const rig = await Rig.open(bytes);
    rig.synth.makerTap("space", 80);
    expect(peak(rig.render(256).maker)).toBeGreaterThan(0.001);
    rig.synth.setTimbre("flute");
    for (let i = 0; i < 50; i++) {
      rig.synth.makerOn("a", 60, 80);
      rig.render(256);
    }
    rig.synth.makerOff("a");
    rig.render(3 * RATE);
    expect(rig.synth.sounding).toBe(0);
  });

  it("keeps what the pedal holds and lets it go with the pedal", async () => {
    const rig = await Rig.open(bytes);
    rig.synth.setTimbre("flute");
    rig.synth.makerPedal(true);
    rig.synth.makerOn("a", 72, 80);
    rig.render(RATE);
    rig.synth.makerOff("a");
    rig.render(RATE);
    expect(peak(rig.render(1024).maker)).toBeGreaterThan(0.001);
    rig.synth.makerPedal(false);
    rig.render(2 * RATE);
    expect(rig.synth.sounding).toBe(0);
  });
});

describe("a sound that is left out", () => {
  it("is not in a tap, at once or heard again: it is a short, soft note of what the maker plays with", async () => {
    const note = await Rig.open(bytes);
    note.synth.makerOn("a", 60, 56);
    const expected = note.render(1024).maker;
    expect(peak(expected)).toBeGreaterThan(0.001);
    const now = await Rig.open(bytes);
    now.synth.mute(["drum"]);
    now.synth.makerTap("space", 80);
    expect(now.render(1024).maker).toEqual(expected);
    const again = await Rig.open(bytes);
    again.synth.mute(["drum"]);
    again.synth.makerAgain(again.frame, { type: "tap", key: "again 1", velocity: 80 });
    expect(again.render(1024).maker).toEqual(expected);
    for (const rig of [now, again]) {
      rig.render(2 * RATE);
      expect(rig.synth.sounding).toBe(0); // nobody lets go of it
    }
  });

  it("lets each of quick taps last, though they come from one key", async () => {
    const rig = await Rig.open(bytes);
    rig.synth.mute(["drum"]);
    rig.synth.setTimbre("flute");
    rig.synth.makerTap("space", 100);
    rig.render(ms(200));
    rig.synth.makerTap("space", 100);
    rig.render(ms(150));
    expect(peak(rig.render(ms(50)).maker)).toBeGreaterThan(0.01);
  });

  it("is not in what the partner plays, and another one is instead where there is one", async () => {
    const rig = await Rig.open(bytes);
    rig.synth.mute(["drum", "flute"]);
    rig.play("percussion", rig.frame);
    expect(peak(rig.render(RATE).partner)).toBe(0);
    const other = await Rig.open(bytes);
    rig.frame = other.frame = Math.max(rig.frame, other.frame);
    rig.play("chords", rig.frame, { timbre: 1 });
    other.play("chords", other.frame, { timbre: 0 });
    expect(rig.render(4096).partner).toEqual(other.render(4096).partner);
  });
});

describe("a note of the partner's", () => {
  it.each(VOICES)("of the %s begins exactly at its frame, in the middle of a block", async (voice) => {
    const rig = await Rig.open(bytes);
    const from = rig.frame;
    for (const offset of [1, 61, 127, 200]) {
      const at = rig.frame + 1000 + offset;
      rig.play(voice, at, { frames: ms(300) });
      const start = rig.frame;
      const { partner } = rig.render(ms(1500));
      expect(firstSound(partner) + start).toBeGreaterThanOrEqual(at);
      expect(firstSound(partner) + start).toBeLessThanOrEqual(at + ms(3)); // the recording's own first zeros
      expect(rig.reports.at(-1)!.begun).toBe(at);
      expect(rig.synth.sounding).toBe(0);
    }
    expect(rig.frame).toBeGreaterThan(from);
  });

  it("takes turns with other sounds of the same loudness, except the ground", async () => {
    const rig = await Rig.open(bytes);
    const heard = (voice: Voice, timbre: number) => {
      rig.play(voice, rig.frame, { timbre, frames: ms(400) });
      const { partner } = rig.render(ms(400));
      rig.synth.silence(ms(10));
      rig.render(ms(1500));
      return partner;
    };
    for (const voice of ["chords", "melody"] as const) {
      const [first, second] = [heard(voice, 0), heard(voice, 1)];
      expect(first.some((sample, i) => Math.abs(sample - second[i]!) > 0.001)).toBe(true);
      expect(Math.abs(20 * Math.log10(peak(first) / peak(second)))).toBeLessThan(9);
    }
    expect(heard("bass", 0)).toEqual(heard("bass", 1));
  }, 20_000);

  it("is started early by its attack when planned, and never when reactive", async () => {
    const rig = await Rig.open(bytes);
    const at = rig.frame + ms(300) + 13;
    rig.play("bass", at, { planned: true, pitch: 45 });
    rig.play("bass", at, { planned: false, pitch: 52 });
    rig.render(ms(400));
    const lead = Math.round(attack(LEVELS, "bass", 45) * RATE);
    expect(lead).toBeGreaterThan(ms(20));
    expect(rig.reports.map((report) => report.begun)).toEqual([at - lead, at]);
  });

  it("is softened at once when planned and a little late, left out when later, and never bunched", async () => {
    const rig = await Rig.open(bytes);
    rig.play("melody", rig.frame - ms(30), { planned: true });
    rig.play("melody", rig.frame - ms(60), { planned: true }); // it would fall on the first
    rig.play("melody", rig.frame - ms(100), { planned: true });
    const now = rig.frame;
    const late = peak(rig.render(ms(200)).partner);
    expect(rig.reports.map(({ begun, late }) => [begun, late]).sort()).toEqual([[-1, true], [-1, true], [now, true]].sort());
    rig.synth.silence(ms(10));
    rig.render(ms(20));
    rig.play("melody", rig.frame);
    expect(late / peak(rig.render(ms(200)).partner)).toBeCloseTo(0.63, 2);
  });

  it("sounds in full at once when reactive and late, and is left out only when far too late", async () => {
    const rig = await Rig.open(bytes);
    rig.play("bass", rig.frame);
    const intime = peak(rig.render(ms(400)).partner);
    rig.synth.silence(ms(10));
    rig.render(ms(20));
    rig.play("bass", rig.frame - ms(150));
    expect(peak(rig.render(ms(400)).partner) / intime).toBeCloseTo(1, 1);
    rig.play("bass", rig.frame - ms(400));
    expect(rig.reports.at(-1)?.begun).toBe(-1);
  });

  it("released, is exactly nothing from its end on, and has fallen smoothly", async () => {
    const rig = await Rig.open(bytes);
    for (const over of [0, 50, 400]) {
      const id = rig.play("chords", rig.frame + 5, { frames: 60 * RATE });
      rig.render(ms(600));
      const at = rig.frame + ms(450) + 7;
      const start = rig.frame;
      rig.synth.release(id, at, ms(over));
      const { partner } = rig.render(ms(700));
      expect(lastSound(partner) + start).toBeLessThan(at);
      expect(lastSound(partner) + start).toBeGreaterThan(at - ms(over) / 8 - ms(6));
      // a click would be a leap between neighbouring samples that the sound itself never makes
      const leap = (from: number, to: number) => {
        let most = 0;
        for (let i = from; i < to; i++) most = Math.max(most, Math.abs(partner[i]! - partner[i - 1]!));
        return most;
      };
      const end = at - start;
      expect(leap(end - ms(6), end + 3)).toBeLessThan(leap(1, ms(50)) + 0.002);
      expect(rig.synth.sounding).toBe(0);
    }
  });

  it("retracted before it begins makes no sound at all", async () => {
    const rig = await Rig.open(bytes);
    const ids = VOICES.map((voice) => rig.play(voice, rig.frame + ms(250), { planned: voice === "bass" }));
    rig.render(ms(20));
    for (const id of ids) rig.synth.retract(id);
    const { partner, right } = rig.render(RATE);
    expect(peak(partner) + peak(right)).toBe(0);
    expect(rig.reports).toEqual([]);
  });

  it("ends by itself after the longest it may sound", async () => {
    const rig = await Rig.open(bytes);
    for (const voice of VOICES) rig.play(voice, rig.frame, { frames: ms(200) });
    const { partner } = rig.render(RATE);
    expect(lastSound(partner)).toBeLessThan(ms(200 + 500));
    expect(rig.synth.sounding).toBe(0);
  });

  it("one more than a part can hold takes the place of the oldest", async () => {
    const rig = await Rig.open(bytes);
    for (let i = 0; i < 20; i++) {
      rig.play("melody", rig.frame, { pitch: 60 + i, frames: 20 * RATE });
      rig.render(ms(30));
    }
    expect(rig.synth.sounding).toBeLessThanOrEqual(4);
    expect(rig.reports.length).toBe(20);
  });
});

/** Anything at all, as a hurried or confused page might ask for it. */
function anything(rig: Rig, random: () => number): void {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const voice: Voice = pick(VOICES);
  const id = Math.floor(random() * 400);
  switch (Math.floor(random() * 12)) {
    case 0:
    case 1:
      return rig.synth.makerOn(`k${Math.floor(random() * 12)}`, 30 + random() * 70, random() * 127);
    case 2:
      return rig.synth.makerOff(`k${Math.floor(random() * 12)}`);
    case 3:
      return rig.synth.makerTap("t", random() * 127);
    case 4:
      return rig.synth.makerPedal(random() < 0.5);
    case 5:
      return rig.synth.setTimbre(pick(TIMBRES));
    case 6:
      return rig.synth.retract(id);
    case 7:
      return rig.synth.release(id, rig.frame + (random() - 0.2) * RATE, random() * RATE * 0.5);
    default:
      rig.play(voice, Math.round(rig.frame + (random() - 0.15) * 0.6 * RATE), {
        pitch: Math.floor(33 + random() * 60),
        velocity: Math.floor(random() * 128),
        frames: Math.round(random() * 3 * RATE),
        planned: random() < 0.6,
      });
  }
}

describe("whatever was asked before", () => {
  it("silence(0.15) is exact within 0.15 s from any state, and nothing planned comes after it", async () => {
    const rig = await Rig.open(bytes);
    for (let seed = 1; seed <= 60; seed++) {
      const random = chance(seed);
      for (let i = 0; i < 25; i++) {
        anything(rig, random);
        if (random() < 0.5) rig.render(128 * Math.ceil(random() * 12));
      }
      rig.synth.silence(ms(150));
      rig.render(ms(150) + 1);
      const { partner, right } = rig.render(ms(700));
      expect(peak(partner) + peak(right), `seed ${seed}`).toBe(0);
    }
  }, 20_000);

  it("nothing is left sounding after ten thousand events and an end", async () => {
    const rig = await Rig.open(bytes);
    const random = chance(99);
    for (let i = 0; i < 10_000; i++) {
      anything(rig, random);
      if (i % 16 === 0) rig.render(256);
    }
    rig.synth.makerOffAll();
    rig.synth.silence(ms(150));
    rig.render(20 * RATE); // nothing damps a harp, nor the top of a piano
    expect(rig.synth.sounding).toBe(0);
    const { maker, partner } = rig.render(1024);
    expect(peak(maker) + peak(partner)).toBe(0);
  }, 20_000);

  it("the same asked twice gives the same samples", async () => {
    const sums = [];
    for (let run = 0; run < 2; run++) {
      const rig = await Rig.open(bytes);
      const random = chance(7);
      let sum = 0;
      for (let i = 0; i < 60; i++) {
        anything(rig, random);
        const { maker, partner } = rig.render(1280);
        for (const side of [maker, partner]) {
          for (const bits of new Int32Array(side.buffer)) sum = (Math.imul(sum, 31) + bits) | 0;
        }
      }
      sums.push(sum);
    }
    expect(sums[0]).not.toBe(0);
    expect(sums[0]).toBe(sums[1]);
  });
});
