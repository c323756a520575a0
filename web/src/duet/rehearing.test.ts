import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Instrument, MakerEvent, PartnerNote } from "../sound/instrument";
import { Marks } from "./marks";
import { Rehearing, type Sound } from "./rehearing";

/** An instrument whose clock is the page's, in seconds, and which writes down what it was told. */
function made() {
  const played: PartnerNote[] = [];
  const again: (MakerEvent & { at: number })[] = [];
  const said: string[] = [];
  const sound = {
    play: (note: PartnerNote) => void played.push(note),
    makerAgain: (at: number, event: MakerEvent) => void again.push({ ...event, at }),
    makerOffAll: () => void said.push("offAll"),
    silence: () => void said.push("silence"),
    contextTimeAt: (ms: number) => ms / 1000,
  } as unknown as Instrument & { contextTimeAt(ms: number): number };
  return { played, again, said, sound, rehearing: new Rehearing(sound, new Marks()) };
}

const maker = (from: number, to: number, pitch: number | null = 60): Sound => ({ who: "maker", voice: null, pitch, velocity: 64, from, to });
const partner = (from: number, to: number): Sound => ({ who: "partner", voice: "bass", pitch: 43, velocity: 50, from, to });
const TAKE = [partner(1, 20), maker(2, 3), maker(4, 5), maker(6, 6.1, null), maker(8, 9), partner(21, 22)];

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("a part of a take, heard again", () => {
  it("sounds from any moment on, with what sounds there already, and ends where it is to end", async () => {
    const { played, again, rehearing } = made();
    const begun = performance.now();
    const over = rehearing.start(TAKE, { from: 5, until: 8.5 });
    const ended = vi.fn();
    void over.then(ended);
    await vi.advanceTimersByTimeAsync(3000);
    expect(ended).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1300);
    expect(ended).toHaveBeenCalled();
    expect(played.map((note) => note.seconds)).toEqual([3.5]); // the bass that lay there, and not the later one
    expect(again.map((event) => event.type)).toEqual(["tap", "on", "off"]);
    expect(again[0]!.at - begun / 1000).toBeCloseTo(0.5 + 1, 6);
  });

  it("tells which moment leaves the loudspeaker", async () => {
    const { again, rehearing } = made();
    expect(rehearing.at).toBeNull();
    void rehearing.start(TAKE, { from: 3.2 });
    await vi.advanceTimersByTimeAsync(1500);
    expect(rehearing.at).toBeCloseTo(4.2, 2);
    expect(again[0]).toMatchObject({ type: "on", pitch: 60 });
    // the note at 4 sounds when the picture is at 4
    expect(performance.now() / 1000 - again[0]!.at).toBeCloseTo(rehearing.at! - 4, 6);
    rehearing.stop();
    expect(rehearing.at).toBeNull();
  });

  it("leaves out either voice, and the other goes on", async () => {
    const { played, again, said, rehearing } = made();
    void rehearing.start(TAKE, { without: ["partner"] });
    await vi.advanceTimersByTimeAsync(2000);
    expect(played).toEqual([]);
    const before = again.length;
    rehearing.leaveOut("partner", false); // it is there again, in the middle of its long note
    expect(played).toHaveLength(1);
    expect(played[0]!.seconds).toBeLessThan(19);
    rehearing.leaveOut("maker", true);
    expect(said).toEqual(["offAll"]);
    await vi.advanceTimersByTimeAsync(6000);
    expect(again.length).toBe(before);
    rehearing.leaveOut("maker", false);
    rehearing.leaveOut("partner", true);
    expect(said).toEqual(["offAll", "silence"]);
  });

  it("gives each of several makers their own sound, and whoever plays alone the one that is chosen", async () => {
    const { again, sound } = made();
    const own = { timbre: "harp", place: 0.4 } as const;
    const rehearing = new Rehearing(sound, new Marks(), (name) => (name === "right" ? own : undefined));
    void rehearing.start([{ ...maker(0, 1), maker: "you" }, { ...maker(0.1, 1), maker: "right" }]);
    await vi.advanceTimersByTimeAsync(100);
    expect(again.filter((one) => one.type === "on").map((one) => ("own" in one ? one.own : null))).toEqual([undefined, own]);
  });

  it("is over at once where nothing sounds", async () => {
    const { rehearing } = made();
    await rehearing.start(TAKE, { from: 300 });
    await rehearing.start([]);
    expect(rehearing.at).toBeNull();
  });
});
