import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const css = new TextDecoder().decode(readFileSync(new URL("./colours.css", import.meta.url)));

type Theme = Record<string, string>;

/** The custom properties of the block that begins at `from`. */
function theme(from: number): Theme {
  const block = css.slice(from, css.indexOf("}", from));
  return Object.fromEntries([...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/g)].map((m) => [m[1], m[2]]));
}
const dusk = theme(0);
const morning = theme(css.indexOf("prefers-color-scheme: light"));

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((i) => {
    const c = Number.parseInt(hex.slice(i, i + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function contrast(of: Theme, a: string, b: string): number {
  const [one, two] = [luminance(of[a] ?? "#000000"), luminance(of[b] ?? "#000000")];
  return (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
}

const GROUNDS = ["sky-high", "sky-low", "water", "deep", "card"];

describe.each([["dusk", dusk], ["morning", morning]] as const)("%s", (_name, of) => {
  it("has every colour that is checked", () => {
    for (const name of [...GROUNDS, "ink", "quiet", "edge", "maker", "second", "partner", "rest"]) {
      expect(of[name], name).toMatch(/^#/);
    }
  });
  it("gives text at least 4.5:1 on every ground", () => {
    for (const text of ["ink", "quiet", "maker-text", "second-text", "partner-text"]) {
      for (const ground of GROUNDS) expect(contrast(of, text, ground), `${text} on ${ground}`).toBeGreaterThanOrEqual(4.5);
    }
    for (const ground of ["pad", "pad-high"]) {
      expect(contrast(of, "quiet", ground)).toBeGreaterThanOrEqual(4.5);
      expect(contrast(of, "ink", ground)).toBeGreaterThanOrEqual(4.5);
    }
    expect(contrast(of, "on-rest", "rest")).toBeGreaterThanOrEqual(4.5);
  });
  it("gives edges of controls, stones, waves and the focus ring at least 3:1", () => {
    for (const part of ["edge", "maker", "second", "partner", "rest", "focus"]) {
      for (const ground of GROUNDS) expect(contrast(of, part, ground), `${part} on ${ground}`).toBeGreaterThanOrEqual(3);
    }
  });
  it("gives the words on Begin and on a sounding pad at least 4.5:1", () => {
    expect(contrast(of, "on-maker", "lit")).toBeGreaterThanOrEqual(4.5);
    expect(contrast(of, "on-second", "second-lit")).toBeGreaterThanOrEqual(4.5);
  });
});
