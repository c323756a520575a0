import { describe, expect, it } from "vitest";
import { faded, PAUSE, PLAYED_ON, type Said, say, STAYS, type Stretch, stretch, type Wanted } from "./sentence";

const LISTENING = { technique: "giving-space", because: "I am listening for your first sound." };
const GROUND = { technique: "tonal-grounding", because: "You try a few notes." };
const BEAT = { technique: "synchronising", because: "You keep a steady beat." };

function wanted(what: object, more: Partial<Wanted> = {}): Wanted {
  return { phase: "playing", technique: null, because: null, lastOnset: 100, ...what, ...more };
}

/** Whether it can be read: there, and not gone untrue. */
const reads = (said: Said | null): string | null => (said === null || said.untrue ? null : said.technique);

describe("the sentence", () => {
  it("is the same object while nothing changes, so that nothing on the page moves", () => {
    const said = say(null, wanted(GROUND), 0);
    expect(say(said, wanted(GROUND), 50_000)).toBe(said);
    expect(say(null, wanted({}), 0)).toBeNull();
  });

  it("gives way at once when the partner does something after the maker's first sound", () => {
    const said = say(null, wanted(LISTENING, { lastOnset: null }), 0);
    const next = say(said, wanted(GROUND, { lastOnset: 900 }), 1000);
    expect(reads(next)).toBe("tonal-grounding");
    expect(next?.at).toBe(1000);
  });

  it("also changes its reason at once when it waited for a first sound and that came", () => {
    const said = say(null, wanted(LISTENING, { lastOnset: null }), 0);
    const next = say(said, wanted({ ...LISTENING, because: "You are still." }, { lastOnset: 900 }), 1000);
    expect(next?.because).toBe("You are still.");
  });

  it("tells at once of what comes while the maker has not played", () => {
    const said = say(null, wanted(LISTENING, { lastOnset: null }), 0);
    const tone = wanted({ ...LISTENING, because: "One soft low note." }, { lastOnset: null });
    expect(say(said, tone, 8000)?.because).toBe("One soft low note.");
  });

  it("changes at most every twenty seconds, and fades meanwhile if it has become untrue", () => {
    const said = say(null, wanted(GROUND), 0);
    const soon = say(said, wanted(BEAT), 1000);
    expect(reads(soon)).toBeNull();
    expect(say(soon, wanted(BEAT), STAYS - 1)).toBe(soon);
    expect(reads(say(soon, wanted(BEAT), STAYS))).toBe("synchronising");
  });

  it("does not flicker: once faded it comes back only when its twenty seconds are over", () => {
    const faint = say(say(null, wanted(GROUND), 0), wanted(BEAT), 1000);
    const again = say(faint, wanted(GROUND), 2000);
    expect(again).toBe(faint);
    expect(reads(say(again, wanted(GROUND), STAYS))).toBe("tonal-grounding");
  });

  it("keeps a true sentence with an older reason until its time is over", () => {
    const said = say(null, wanted(GROUND), 0);
    const other = wanted({ ...GROUND, because: "Your notes flow." });
    expect(say(said, other, 5000)).toBe(said);
    expect(say(said, other, STAYS)?.because).toBe("Your notes flow.");
  });

  it("tells of Rest and of the close at once", () => {
    const said = say(null, wanted(GROUND), 0);
    expect(reads(say(said, wanted(GROUND, { phase: "resting" }), 10))).toBe("rest");
    expect(reads(say(said, wanted(GROUND, { phase: "finishing" }), 10))).toBe("ending");
  });

  it("does not go on saying that it rests once it was asked back", () => {
    const rest = say(say(null, wanted(GROUND), 0), wanted(GROUND, { phase: "resting" }), 1000);
    const back = say(rest, wanted({ technique: "rest", because: "You asked." }), 2000);
    expect(reads(back)).toBeNull();
    expect(reads(say(back, wanted(GROUND), 2100))).toBe("tonal-grounding");
    expect(reads(say(rest, wanted(GROUND), 2100))).toBe("tonal-grounding");
  });

  it("never changes twice within twenty seconds through any run of choices while playing", () => {
    const all = [GROUND, BEAT, { technique: "imitating", because: "a" }, { technique: "imitating", because: "b" }];
    let said = say(null, wanted(GROUND), 0);
    let last = 0;
    for (let now = 0; now < 600_000; now += 700) {
      const what = all[(now / 700) % 7 % all.length]!;
      const next = say(said, wanted(what), now);
      if (next?.at !== said?.at) {
        expect(now - last).toBeGreaterThanOrEqual(STAYS);
        last = now;
      }
      if (reads(next) !== null) expect(next?.technique).toBe(what.technique);
      said = next;
    }
    expect(last).toBeGreaterThan(500_000);
  });
});

describe("fading", () => {
  const play = (onsets: readonly number[]): Stretch | null =>
    onsets.reduce<Stretch | null>((before, onset) => stretch(before, onset), null);

  it("waits until the maker has played on for fifteen seconds since the sentence came", () => {
    const said = say(null, wanted(GROUND), 0);
    const onsets = Array.from({ length: 16 }, (_, second) => second * 1000);
    expect(faded(said, play(onsets.slice(0, 15)))).toBe(false);
    expect(faded(said, play(onsets))).toBe(true);
    expect(PLAYED_ON).toBe(15_000);
  });

  it("begins anew after a pause", () => {
    const said = say(null, wanted(GROUND), 0);
    expect(faded(said, play([0, 4000, 8000, 8000 + PAUSE + 1, 16_000]))).toBe(false);
  });

  it("does not come in silence, or before anything was said", () => {
    expect(faded(say(null, wanted(GROUND), 0), null)).toBe(false);
    expect(faded(null, { from: 0, last: 60_000 })).toBe(false);
    expect(stretch(null, null)).toBeNull();
  });
});
