import { beforeAll, describe, expect, it } from "vitest";
import { add, answered, type Day, EARS, levelOf, through, week } from "./exposure";
import { dayOf, Hearing } from "./heard";
import { loudness, WINDOW } from "./measure";
import { Meter } from "./meter";
import { Recede } from "./recede";
import { bank, RATE, Rig } from "./testing/rig";

const decibels = (energy: number): number => 10 * Math.log10(energy);

/** A sine of full scale on both sides, with silence beside it. */
function sine(hz: number, seconds: number, size = 1): Float32Array {
  return Float32Array.from({ length: Math.round(seconds * RATE) }, (_, i) => size * Math.sin((2 * Math.PI * hz * i) / RATE));
}

describe("the meter", () => {
  // IEC 61672-1, table 3
  it.each([
    [63, -26.2],
    [125, -16.1],
    [250, -8.6],
    [500, -3.2],
    [1000, 0],
    [2000, 1.2],
    [4000, 1.0],
  ])("hears %i Hz by %f dB as the A curve says", (hz, wanted) => {
    const meter = new Meter(RATE);
    const tone = sine(hz, 1);
    const still = new Float32Array(tone.length);
    meter.hear(tone, tone, still, still);
    meter.tell(); // past its beginning
    meter.hear(tone, tone, still, still);
    const { energy, frames } = meter.tell();
    expect(frames).toBe(tone.length);
    expect(decibels(energy / 0.5)).toBeGreaterThan(wanted - 0.4);
    expect(decibels(energy / 0.5)).toBeLessThan(wanted + 0.4);
  });

  it("hears the maker and the partner together, and begins anew each time", () => {
    const meter = new Meter(RATE);
    const tone = sine(1000, 0.5, 0.5);
    meter.hear(tone, tone, tone, tone);
    expect(meter.tell().energy).toBeGreaterThan(0.4);
    const still = new Float32Array(RATE);
    meter.hear(still, still, still, still);
    expect(meter.tell().energy).toBeLessThan(0.01);
    expect(meter.tell()).toEqual({ energy: 0, frames: 0 });
  });
});

const TODAY = "2026-03-20";
/** The mean square that is so many dB(A) through headphones of which nothing was said. */
const at = (level: number): number => 10 ** ((level - levelOf(1, EARS)) / 10);

describe("the week's estimate", () => {
  it("is all that WHO and ITU advise after 40 hours at 80 dB(A), or at 75 for tender ears", () => {
    for (const [level, ears] of [[80, EARS], [75, { ...EARS, tender: true }]] as const) {
      const heard = { energy: at(level), seconds: 40 * 3600 };
      const days = add([], TODAY, heard, ears);
      expect(days[0]!.dose).toBeCloseTo(level === 80 ? 1.6 : 0.506, 2);
      expect(week(days, TODAY, ears).near).toBe(true);
      const half = add([], TODAY, { ...heard, seconds: 20 * 3600 }, ears);
      expect(week(half, TODAY, ears).near).toBe(false);
    }
  });

  it("doubles with every 3 dB and adds up over the days, and forgets what is older than a week", () => {
    const dose = (level: number): number => add([], TODAY, { energy: at(level), seconds: 60 }, EARS)[0]!.dose;
    expect(dose(73.01) / dose(70)).toBeCloseTo(2, 2);
    let days: readonly Day[] = [];
    for (const day of ["2026-03-12", "2026-03-13", "2026-03-14", "2026-03-20", "2026-03-20"]) {
      days = add(days, day, { energy: at(70), seconds: 3600 }, EARS);
    }
    expect(days.map(({ day }) => day)).toEqual(["2026-03-14", "2026-03-20"]);
    expect(week(days, TODAY, EARS).seconds).toBe(3 * 3600);
  });

  it("says how loud it was on the whole, and nothing of silence", () => {
    const said = (level: number) => week(add([], TODAY, { energy: at(level), seconds: 600 }, EARS), TODAY, EARS).level;
    expect([55, 70, 78, 85].map(said)).toEqual(["soft", "moderate", "rather", "loud"]);
    expect(said(10)).toBeNull();
  });

  it("takes an answer about talking for a level, and forgets it with other headphones", () => {
    const alike = answered(EARS, "alike", 1e-3);
    expect(levelOf(1e-3, alike)).toBeCloseTo(62, 9);
    expect(levelOf(1e-3, answered(EARS, "louder", 1e-3))).toBeGreaterThan(levelOf(1e-3, alike));
    const other = through(alike, "loudspeaker");
    expect(other).toMatchObject({ beside: null, fullScale: null });
    expect(levelOf(1, other)).toBeLessThan(levelOf(1, EARS));
  });
});

function store(value: string | null = null) {
  let held = value;
  return { getItem: () => held, setItem: (_: string, now: string) => void (held = now) };
}

describe("what the browser keeps of it", () => {
  it("is there again the next time: the week, the ears, and how loud it may be", () => {
    const kept = store();
    const now = new Date();
    const first = new Hearing(kept);
    first.hear({ energy: at(70), seconds: 3600 }, now);
    first.through("loudspeaker");
    first.tender(true);
    first.never(0.4);
    const again = new Hearing(kept);
    expect(again.week(now)).toEqual(first.week(now));
    expect(again.ears).toEqual(first.ears);
    expect(again.loudest).toBe(0.4);
    again.never(null);
    expect(new Hearing(kept).loudest).toBeNull();
  });

  it("falls back one by one where it is absent, foreign or broken", () => {
    for (const bad of [null, "", "[", "3", '{"days":7,"ears":"x","loudest":4}', '{"days":[{"day":"x","dose":1,"seconds":1},{"day":"2026-03-20","dose":null,"seconds":-1}],"ears":{"through":"wall","fullScale":1e9,"beside":"alike"}}']) {
      const hearing = new Hearing(store(bad));
      expect(hearing.ears).toEqual(EARS);
      expect(hearing.loudest).toBeNull();
      expect(hearing.week(new Date()).seconds).toBe(0);
    }
    expect(dayOf(new Date(2026, 0, 5, 23, 59))).toBe("2026-01-05");
  });
});

describe("the partner's long tones", () => {
  it("recede as the maker's sound dies away, by at most 6 dB, and are back at the next note", () => {
    const recede = new Recede(RATE);
    const depth = (size: number, seconds: number): number => {
      let gain = 1;
      for (let i = 0; i < (seconds * RATE) / 128; i++) {
        const block = sine(440, 128 / RATE, size);
        gain = recede.hear(block, block, block.length)[1];
      }
      return -20 * Math.log10(gain);
    };
    expect(depth(0, 3)).toBeCloseTo(0, 9); // nothing of the maker's has sounded yet
    expect(depth(0.2, 0.5)).toBeCloseTo(0, 1);
    expect(depth(0.1, 1)).toBeGreaterThan(2);
    expect(depth(0.003, 2)).toBeCloseTo(6, 9);
    expect(depth(0, 30)).toBeCloseTo(6, 9); // the ground does not rise by itself
    expect(depth(0.3, 0.5)).toBeLessThan(0.5);
    expect(depth(0.1, 20)).toBeCloseTo(0, 2); // who plays on, more softly, is playing, not dying away
  });

  let bytes: ArrayBuffer;
  beforeAll(async () => {
    bytes = await bank();
  });

  const power = (samples: Float32Array): number => decibels(samples.reduce((sum, x) => sum + x * x, 1e-12) / samples.length);

  it("make chords that are no louder as a whole than one note of the maker's of the same velocity", async () => {
    const rig = await Rig.open(bytes);
    for (const pitch of [55, 60, 64, 67]) rig.play("chords", rig.frame, { pitch, velocity: 72, frames: 4 * RATE });
    rig.render(Math.round(0.2 * RATE));
    const chord = rig.render(Math.round(WINDOW * RATE));
    rig.synth.silence(100);
    rig.render(RATE);
    rig.synth.makerOn("a", 67, 72);
    const note = rig.render(Math.round(WINDOW * RATE)).maker;
    const under = loudness({ left: note, right: note }, 0, WINDOW) - loudness({ left: chord.partner, right: chord.right }, 0, WINDOW);
    expect(under).toBeGreaterThan(-1);
    expect(under).toBeLessThan(6);
  });

  it("lie further under a piano note that dies away than they would alone, and a melody does not", async () => {
    for (const [voice, recedes] of [["bass", true], ["melody", false]] as const) {
      const heard: number[] = [];
      for (const played of [false, true]) {
        const rig = await Rig.open(bytes);
        if (played) rig.synth.makerOn("a", 72, 80);
        rig.play(voice, rig.frame, { velocity: 50, frames: 8 * RATE });
        rig.render(3 * RATE);
        heard.push(power(rig.render(RATE).partner));
      }
      const less = heard[0]! - heard[1]!;
      if (recedes) expect(less).toBeGreaterThan(3);
      else expect(less).toBeCloseTo(0, 1);
    }
  });
});
