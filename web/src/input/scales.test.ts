import { describe, expect, it } from "vitest";
import { isScale, PADS, padPitch, padPitches, pitchesBetween, SCALES, type ScaleName } from "./scales";

/** Written out here once more, as the notes that may sound: pitch classes above C. */
const ALLOWED: Readonly<Record<ScaleName, readonly number[]>> = {
  open: [0, 2, 4, 7, 9],
  darker: [9, 0, 2, 4, 7],
  major: [0, 2, 4, 5, 7, 9, 11],
  minor: [9, 11, 0, 2, 4, 5, 7],
  dorian: [9, 11, 0, 2, 4, 6, 7],
  longing: [9, 10, 0, 2, 4, 5, 7],
  all: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
};

describe("the scales", () => {
  it("give ten pads that ascend strictly", () => {
    for (const scale of SCALES) {
      const pitches = padPitches(scale);
      expect(pitches.length).toBe(PADS);
      for (let pad = 1; pad < PADS; pad++) {
        expect(pitches[pad]!, `${scale} ${pad}`).toBeGreaterThan(pitches[pad - 1]!);
      }
    }
  });

  it("never give a note that is not of the scale, in any row or in the sky", () => {
    for (const scale of SCALES) {
      const rows = [-1, 0, 1].flatMap((octave) =>
        Array.from({ length: PADS }, (_, pad) => padPitch(scale, pad, octave)),
      );
      for (const pitch of [...rows, ...pitchesBetween(scale, 21, 108)]) {
        expect(ALLOWED[scale], `${scale} ${pitch}`).toContain(pitch % 12);
      }
    }
  });

  it("move by whole octaves from row to row", () => {
    for (const scale of SCALES) {
      for (let pad = 0; pad < PADS; pad++) {
        expect(padPitch(scale, pad, 1) - padPitch(scale, pad)).toBe(12);
        expect(padPitch(scale, pad) - padPitch(scale, pad, -1)).toBe(12);
      }
    }
  });

  it("stay on a piano's keys however far they are asked to go", () => {
    for (const scale of SCALES) {
      for (let octave = -9; octave <= 9; octave++) {
        for (let pad = 0; pad < PADS; pad++) {
          const pitch = padPitch(scale, pad, octave);
          expect(pitch).toBeGreaterThanOrEqual(21);
          expect(pitch).toBeLessThanOrEqual(108);
        }
      }
    }
  });

  it("fill the sky from bottom to top, each note once", () => {
    expect(pitchesBetween("open", 60, 72)).toEqual([60, 62, 64, 67, 69, 72]);
    expect(pitchesBetween("all", 100, 200).at(-1)).toBe(108);
  });

  it("are told from names that only look like one", () => {
    expect(isScale("open")).toBe(true);
    for (const wrong of ["toString", "__proto__", "", null, 3, {}]) expect(isScale(wrong)).toBe(false);
  });
});
