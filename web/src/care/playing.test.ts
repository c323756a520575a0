import { describe, expect, it } from "vitest";
import { SessionClock } from "../duet/clock";
import { Marks } from "../duet/marks";
import type { FromBeside } from "../duet/protocol";
import { Playing } from "./playing";

function made() {
  const said: FromBeside[] = [];
  const marks = new Marks();
  const playing = new Playing(new SessionClock(), marks, (message) => said.push(message));
  playing.open = playing.on = true;
  const notes = () => said.flatMap((one) => (one.type === "note" ? [`${one.on ? "on" : "off"} ${one.pitch}`] : []));
  return { said, marks, playing, notes };
}

describe("a therapist's own notes", () => {
  it("are told with the session's time, and drawn as the therapist's", () => {
    const { said, marks, playing } = made();
    playing.press("KeyA", 60, 72, 1500);
    expect(said).toEqual([{ type: "note", on: true, time: 1.5, pitch: 60, velocity: 72 }]);
    expect(marks.since(0).map(({ by, to }) => [by, to])).toEqual([["therapist", null]]);
    playing.letGo("KeyA", 2000);
    playing.strike("pad", 50, 2500);
    expect(said.at(-1)).toEqual({ type: "tap", time: 2.5, velocity: 50 });
    expect(marks.since(0).every(({ to }) => to !== null)).toBe(true);
  });

  it("are none while nobody would hear them, or the keys are not unfolded", () => {
    for (const shut of ["open", "on"] as const) {
      const { said, playing } = made();
      playing[shut] = false;
      playing.press("KeyA", 60, 72, 0);
      playing.strike("pad", 50, 0);
      playing.letGo("KeyA", 10);
      expect(said).toEqual([]);
    }
  });

  it("end when the fold is closed or the line lost, also those that began before", () => {
    const { playing, notes, marks } = made();
    playing.press("KeyA", 60, 72, 0);
    playing.open = playing.on = false;
    playing.letGoAll(10);
    expect(notes()).toEqual(["on 60", "off 60"]);
    expect(marks.since(0)[0]?.to).toBe(10);
  });

  it("are held by the pedal, and a pitch ends with the last key that holds it", () => {
    const { playing, notes } = made();
    playing.pedal(true, 0);
    playing.press("a", 60, 72, 0);
    playing.letGo("a", 10);
    expect(notes()).toEqual(["on 60"]);
    playing.press("a", 60, 72, 20); // struck again under the pedal: ended, and begun
    expect(notes()).toEqual(["on 60", "off 60", "on 60"]);
    playing.pedal(false, 30);
    expect(notes()).toHaveLength(3); // its key still holds it
    playing.letGo("a", 40);
    expect(notes()).toEqual(["on 60", "off 60", "on 60", "off 60"]);
  });

  it("leave nothing told as held, whatever was pressed, once all is let go", () => {
    const { playing, said } = made();
    let seed = 5;
    const chance = (n: number): number => (seed = (seed * 48271) % 2147483647) % n;
    for (let n = 0; n < 4000; n++) {
      const key = `k${chance(6)}`;
      if (chance(9) === 0) playing.pedal(chance(2) === 0, n);
      else if (chance(2) === 0) playing.press(key, 60 + chance(4), 70, n);
      else playing.letGo(key, n);
    }
    playing.letGoAll(5000);
    const held = new Set<number>();
    for (const one of said) {
      if (one.type !== "note") continue;
      if (one.on) held.add(one.pitch);
      else held.delete(one.pitch);
    }
    expect([...held]).toEqual([]);
  });
});
