/**
 * The shore laid out whole: the maker's stones above the water, the partner's waves below, drawn in tiles
 * that are kept, so that an hour can be moved along and an overview costs no more than what is seen.
 */
import { isOther, type Mark } from "../duet/view";
import { paintGround, SWELL } from "../shore/ground";
import { clamp, type Geometry, geometry, markY } from "../shore/layout";
import { ink, ofSecond, type Palette } from "../shore/palette";
import { paintPebble, paintStone, type Placed } from "../shore/stones";
import { paintWave, waterline } from "../shore/waves";
import { type Laid, runs } from "./runs";
import { across, type Viewport } from "./viewport";

type Brush = CanvasRenderingContext2D;

const TILE = 512; // pixels across
const KEPT = 14; // tiles
const SHADED = 260; // with more marks than this on a tile, shading is left out
const APART = 5; // pixels that a note needs, on the whole, to be a stone of its own
const STROKE = 3; // pixels: how high a run is

/** A stretch that was chosen, seconds. */
export interface Chosen {
  readonly from: number;
  readonly to: number;
}

export interface Marked {
  readonly moments: readonly { readonly at: number }[];
  readonly words: readonly number[];
  readonly marks: readonly number[]; // a therapist's
  readonly chosen: Chosen | null;
}

export class Roll {
  private g: Geometry = geometry(1, 1, { top: 0, bottom: 0 });
  private colours: Palette | null = null;
  private readonly tiles = new Map<string, HTMLCanvasElement>(); // the one used last is the last
  private pixels = 1; // of the device, to one of the page

  constructor(
    private readonly ground: HTMLCanvasElement,
    private readonly sheet: HTMLCanvasElement,
    private laid: Laid,
    private seconds: number,
  ) {}

  lay(laid: Laid, seconds: number): void {
    this.laid = laid;
    this.seconds = seconds;
    this.tiles.clear();
  }

  resize(width: number, height: number, colours: Palette): void {
    this.colours = colours;
    this.g = { ...geometry(Math.max(1, width), Math.max(1, height), { top: 14, bottom: 10 }), now: width * 0.74 };
    this.pixels = Math.min(globalThis.devicePixelRatio || 1, 2);
    for (const canvas of [this.ground, this.sheet]) this.fit(canvas, this.g.width);
    this.tiles.clear();
    const brush = this.ground.getContext("2d");
    if (brush) paintWater(brush, this.g, colours);
  }

  private fit(canvas: HTMLCanvasElement, width: number): void {
    canvas.width = Math.round(width * this.pixels);
    canvas.height = Math.round(this.g.height * this.pixels);
    canvas.getContext("2d")?.setTransform(this.pixels, 0, 0, this.pixels, 0, 0);
  }

  /** `sounding`: the moment that is heard now, whose notes glow. */
  draw(view: Viewport, marked: Marked, sounding: number | null): void {
    const brush = this.sheet.getContext("2d");
    const { colours, g } = this;
    if (!brush || !colours) return;
    brush.clearRect(0, 0, g.width, g.height);
    const scale = g.width / view.span;
    if (marked.chosen) paintChosen(brush, g, colours, view, marked.chosen);
    const first = Math.floor((view.from * scale) / TILE);
    const last = Math.floor(((view.from + view.span) * scale) / TILE);
    for (let k = first; k <= last; k += 1) {
      const left = Math.round((k * TILE - view.from * scale) * this.pixels) / this.pixels;
      brush.drawImage(this.tile(k, scale), left, 0, TILE, g.height);
    }
    if (sounding !== null) this.glow(brush, view, scale, sounding);
    paintMarks(brush, g, colours, view, marked);
  }

  private tile(k: number, scale: number): HTMLCanvasElement {
    const key = `${scale.toFixed(6)} ${k}`;
    const kept = this.tiles.get(key);
    if (kept) {
      this.tiles.delete(key);
      this.tiles.set(key, kept);
      return kept;
    }
    const canvas = document.createElement("canvas");
    this.fit(canvas, TILE);
    const brush = canvas.getContext("2d");
    if (brush) this.paint(brush, k, scale);
    this.tiles.set(key, canvas);
    for (const old of this.tiles.keys()) {
      if (this.tiles.size <= KEPT) break;
      this.tiles.delete(old);
    }
    return canvas;
  }

  /** Whether notes are far enough apart at this scale to be stones and waves. */
  private fine(scale: number): boolean {
    return (scale * this.seconds) / Math.max(1, this.laid.marks.length) >= APART && scale >= APART;
  }

  private paint(brush: Brush, k: number, scale: number): void {
    const margin = 3 * this.g.stone;
    const [from, to] = [(k * TILE - margin) / scale, ((k + 1) * TILE + margin) / scale];
    const marks = this.laid.between(from, to);
    if (this.fine(scale)) {
      const left = (mark: Mark): number => (mark.from / 1000) * scale - k * TILE;
      for (const mark of marks) this.stone(brush, mark, left(mark), scale, null, marks.length <= SHADED);
    } else this.strokes(brush, marks, (k * TILE) / scale, scale);
  }

  private stone(brush: Brush, mark: Mark, left: number, scale: number, sounding: number | null, shaded: boolean): void {
    const colours = isOther(mark.by) ? ofSecond(this.colours as Palette) : (this.colours as Palette);
    const small: Geometry = { ...this.g, stone: clamp(scale * 0.36, 4.2, this.g.stone) };
    const seconds = ((mark.to ?? mark.from) - mark.from) / 1000;
    const right = left + seconds * scale;
    const y = markY(this.g, mark);
    const since = sounding === null ? 9 : sounding - mark.from / 1000;
    const placed = { mark, outline: 0, y, presence: 1, sounding: sounding !== null, since, after: sounding === null ? 9 : 0 };
    if (mark.who === "partner") {
      const wave: Placed = { ...placed, left, right: Math.max(right, left + 2 * small.stone) };
      return paintWave(brush, small, colours, wave, 0, shaded);
    }
    if (mark.pitch === null) return paintPebble(brush, small, colours, { ...placed, left: left + small.stone * 0.6, right });
    const from = left + small.stone;
    paintStone(brush, small, colours, { ...placed, left: from, right: Math.max(from, right - small.stone) }, shaded);
  }

  private glow(brush: Brush, view: Viewport, scale: number, sounding: number): void {
    if (!this.fine(scale)) return;
    for (const mark of this.laid.between(sounding, sounding)) {
      this.stone(brush, mark, across(view, this.g.width, mark.from / 1000), scale, sounding, true);
    }
  }

  private strokes(brush: Brush, marks: readonly Mark[], from: number, scale: number): void {
    const colours = this.colours as Palette;
    paintRuns(brush, this.g, runs(marks, from, scale), colours, STROKE);
  }
}

/** Runs as fine strokes: one path for each of those who played. */
export function paintRuns(
  brush: Brush,
  g: Geometry,
  found: ReturnType<typeof runs>,
  colours: Palette,
  high: number,
): void {
  brush.lineCap = "butt";
  brush.lineWidth = high;
  const kinds = [
    { tone: colours.partner, mine: (run: (typeof found)[number]) => run.who === "partner" },
    { tone: colours.maker, mine: (run: (typeof found)[number]) => run.who === "maker" && !isOther(run.by) },
    { tone: colours.second, mine: (run: (typeof found)[number]) => run.who === "maker" && isOther(run.by) },
  ];
  for (const { tone, mine } of kinds) {
    brush.beginPath();
    for (const run of found) {
      if (!mine(run)) continue;
      const y = Math.round(markY(g, run)) + 0.5;
      brush.moveTo(run.left, y);
      brush.lineTo(Math.max(run.right, run.left + high * 0.7), y);
    }
    brush.strokeStyle = ink(tone, 0.9);
    brush.stroke();
  }
}

/** Sky, water and the line between them, at rest. */
function paintWater(brush: Brush, g: Geometry, colours: Palette): void {
  paintGround(brush, g, colours);
  const at = waterline(g, 0, 0);
  brush.beginPath();
  brush.moveTo(0, at(0));
  for (let x = 8; x < g.width + 8; x += 8) brush.lineTo(x, at(x));
  brush.strokeStyle = ink(colours.line);
  brush.lineWidth = 1.75;
  brush.stroke();
  brush.lineTo(g.width + 8, g.water + SWELL + 1);
  brush.lineTo(0, g.water + SWELL + 1);
  brush.fillStyle = ink(colours.water);
  brush.fill();
}

function paintChosen(brush: Brush, g: Geometry, colours: Palette, view: Viewport, chosen: Chosen): void {
  const [left, right] = [across(view, g.width, chosen.from), across(view, g.width, chosen.to)];
  brush.fillStyle = ink(colours.ink, 0.09);
  brush.fillRect(left, 0, right - left, g.height);
  brush.strokeStyle = ink(colours.ink, 0.6);
  brush.lineWidth = 1.5;
  brush.setLineDash([2, 4]);
  for (const x of [left, right]) {
    brush.beginPath();
    brush.moveTo(x, 0);
    brush.lineTo(x, g.height);
    brush.stroke();
  }
  brush.setLineDash([]);
}

/** Places to hear again as rings at the top, own words as short lines at the bottom, a therapist's marks as
 * upright lines with a small flag. */
function paintMarks(brush: Brush, g: Geometry, colours: Palette, view: Viewport, marked: Marked): void {
  brush.strokeStyle = ink(colours.ink, 0.75);
  brush.lineWidth = 1.75;
  for (const { at } of marked.moments) {
    const x = across(view, g.width, at);
    if (x < -8 || x > g.width + 8) continue;
    brush.beginPath();
    brush.ellipse(x, 13, 6, 4.5, 0, 0, 2 * Math.PI);
    brush.stroke();
  }
  for (const at of marked.marks) {
    const x = across(view, g.width, at);
    if (x < -8 || x > g.width + 8) continue;
    brush.beginPath();
    brush.moveTo(x, g.height);
    brush.lineTo(x, 24);
    brush.lineTo(x + 11, 29);
    brush.lineTo(x, 34);
    brush.stroke();
  }
  brush.lineWidth = 2.5;
  for (const at of marked.words) {
    const x = across(view, g.width, at);
    if (x < -8 || x > g.width + 8) continue;
    for (const [i, long] of [15, 10].entries()) {
      brush.beginPath();
      brush.moveTo(x, g.height - 14 + 6 * i);
      brush.lineTo(x + long, g.height - 14 + 6 * i);
      brush.stroke();
    }
  }
}
