import { describe, expect, it } from "vitest";
import type { Instrument } from "../sound/instrument";
import { SessionClock } from "./clock";
import { Maker } from "./maker";
import { Marks } from "./marks";
import type { Input } from "./protocol";

/** An instrument that remembers which keys sound. */
class Keys {
  readonly held = new Set<string>();
  makerOn = (key: string): void => void this.held.add(key);
  makerOff = (key: string): void => void this.held.delete(key);
  makerTap = (): void => undefined;
  makerPedal = (): void => undefined;
  makerOffAll = (): void => this.held.clear();
}

function made() {
  const keys = new Keys();
  const told: Input[] = [];
  const marks = new Marks();
  const maker = new Maker(keys as unknown as Instrument, new SessionClock(), marks, (input) => told.push(input));
  return { keys, told, marks, maker };
}

describe("what the maker does", () => {
  it("sounds before it is told, and is told once for each press and release", () => {
    const { keys, told, maker } = made();
    maker.press("KeyA", 60, 72, 1000);
    expect([...keys.held]).toEqual(["KeyA"]);
    maker.letGo("KeyA", 1500);
    maker.letGo("KeyA", 1600);
    expect(told.map((input) => input.type === "note" && input.on)).toEqual([true, false]);
    expect(keys.held.size).toBe(0);
  });

  it("ends a pitch that two keys hold only with the last of them", () => {
    const { told, maker } = made();
    maker.press("KeyA", 60, 72, 0);
    maker.press("touch 1", 60, 72, 10);
    maker.letGo("KeyA", 20);
    expect(told).toHaveLength(2);
    maker.letGo("touch 1", 30);
    expect(told).toHaveLength(3);
  });

  it("leaves nothing sounding, drawn as held or untold, whatever was pressed, once all is let go", () => {
    const { keys, told, marks, maker } = made();
    let seed = 7;
    const chance = (n: number): number => (seed = (seed * 48271) % 2147483647) % n;
    for (let step = 0; step < 3000; step++) {
      const key = `k${chance(8)}`;
      if (chance(2) === 0) maker.press(key, 60 + chance(5), 72, step);
      else maker.letGo(key, step);
    }
    maker.letGoAll(3000);
    expect(keys.held.size).toBe(0);
    expect(marks.since(0).every((mark) => mark.to !== null)).toBe(true);
    const sounding = new Set<number>();
    for (const input of told) {
      if (input.type !== "note") continue;
      if (input.on) sounding.add(input.pitch);
      else sounding.delete(input.pitch);
    }
    expect(sounding.size).toBe(0);
  });
});

describe("two makers", () => {
  it("may hold the same pitch, and each lets go of their own; the server is told whose it is", () => {
    const { told, maker } = made();
    maker.press("KeyA", 60, 72, 0, "left");
    maker.press("KeyH", 60, 72, 10, "right");
    maker.letGo("KeyA", 20);
    maker.strike("KeyJ", 72, 30, "right");
    maker.letGoAll(40);
    expect(told.map((input) => "maker" in input && input.maker)).toEqual(["left", "right", "left", "right", "right"]);
  });
});

describe("a maker at the drum", () => {
  it("is heard as strokes, wherever on the skin they fall; a note that was held before is let go", () => {
    const { told, marks, maker } = made();
    maker.press("KeyA", 60, 72, 0);
    maker.setTimbre("drum");
    maker.press("KeyA", 60, 72, 100);
    maker.press("KeyL", 84, 90, 200);
    maker.letGo("KeyA", 300);
    expect(told.map((input) => input.type)).toEqual(["note", "note", "tap", "tap"]);
    expect(told.at(-1)).toMatchObject({ velocity: 90 });
    expect(marks.since(0).filter((mark) => mark.pitch === null)).toHaveLength(2);
    maker.setTimbre("piano");
    maker.press("KeyA", 60, 72, 400);
    expect(told.at(-1)!.type).toBe("note");
  });
});

describe("the marks", () => {
  it("join what fell together once it is heard that two move together, each note with one other", () => {
    const marks = new Marks();
    marks.begin("a", 60, 72, 1000, "left");
    marks.begin("b", 72, 72, 1050, "right");
    marks.begin("c", 60, 72, 2000, "left");
    marks.begin("d", 72, 72, 2200, "right");
    expect(marks.since(0).some((mark) => mark.met)).toBe(false);
    marks.together(true, 3000);
    marks.begin("e", 72, 72, 4000, "right");
    marks.begin("f", 60, 72, 4030, "left");
    marks.begin("g", 62, 72, 4040, "left");
    marks.together(false, 5000);
    marks.begin("h", 72, 72, 6000, "right");
    marks.begin("i", 60, 72, 6010, "left");
    expect(marks.since(0).map((mark) => [mark.id, mark.met?.id])).toEqual([
      ["a", "b"], ["b", "a"], ["c", undefined], ["d", undefined], ["e", "f"], ["f", "e"], ["g", undefined],
      ["h", undefined], ["i", undefined],
    ]);
  });

  it("lie in the order of their beginning, and forget the partner's that are taken back", () => {
    const marks = new Marks();
    const one = { who: "partner", pitch: 48, velocity: 50, voice: "bass", planned: true } as const;
    marks.play({ ...one, id: "2", from: 500, to: 900 });
    marks.play({ ...one, id: "1", from: 100, to: 5000 });
    marks.begin("KeyA", 60, 72, 300);
    expect(marks.since(0).map((mark) => mark.from)).toEqual([100, 300, 500]);
    marks.retract("2");
    marks.silence(400, 550);
    expect(marks.since(0).map((mark) => [mark.id, mark.to])).toEqual([["1", 550], ["KeyA", null]]);
  });
});

describe("a therapist who plays along from another page", () => {
  const on = (pitch: number) => ({ type: "note", on: true, time: 0, pitch, velocity: 60, maker: "therapist", seq: 0 }) as const;
  const off = (pitch: number) => ({ type: "note", on: false, time: 0, pitch, maker: "therapist", seq: 0 }) as const;

  it("sounds here and is drawn in the other colour, and none of it is told as this maker's", () => {
    const { keys, told, marks, maker } = made();
    maker.beside(on(67), 100, true);
    expect([...keys.held]).toEqual(["beside 67"]);
    expect(marks.since(0).map(({ by }) => by)).toEqual(["therapist"]);
    maker.beside(off(67), 200, true);
    expect(keys.held.size).toBe(0);
    expect(marks.since(0)[0]?.to).toBe(200);
    expect(told).toEqual([]);
  });
  it("is only drawn where nothing is to sound", () => {
    const { keys, marks, maker } = made();
    maker.beside(on(67), 100, false);
    expect(keys.held.size).toBe(0);
    expect(marks.since(0)).toHaveLength(1);
  });
  it("ends when the line is lost, beside what this maker holds, which goes on", () => {
    const { keys, marks, maker } = made();
    maker.press("KeyA", 67, 72, 50);
    maker.beside(on(67), 100, true);
    maker.besideGone(300);
    expect([...keys.held]).toEqual(["KeyA"]);
    expect(marks.since(0).map(({ to }) => to)).toEqual([null, 300]);
  });
});
