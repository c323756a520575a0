/** What lies under the roll, on the same time: round moments, techniques, ribbons, curves, the whole take. */
import { geometry, type Geometry } from "../shore/layout";
import { ink, type Palette } from "../shore/palette";
import { type Extent, lines } from "./curves";
import type { Chose, Values } from "./review";
import { paintRuns } from "./roll";
import { type Laid, runs } from "./runs";
import type { Stretch } from "./segments";
import { across, ticks, type Viewport, whole } from "./viewport";

type Brush = CanvasRenderingContext2D;

export interface Sheet {
  readonly brush: Brush;
  readonly width: number;
  readonly height: number;
  readonly view: Viewport;
  readonly colours: Palette;
  readonly font: string; // as the page writes small words, so that they grow with its text
  readonly quiet: string; // the colour of those
}

/** A moment as it is written beside the picture: minutes and seconds. */
export function clockOf(seconds: number): string {
  const all = Math.max(0, Math.floor(seconds + 1e-6));
  const [hours, minutes] = [Math.floor(all / 3600), Math.floor((all % 3600) / 60)];
  const rest = String(all % 60).padStart(2, "0");
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

export function paintTicks({ brush, width, height, view, font, quiet, colours }: Sheet): void {
  brush.font = font;
  brush.textBaseline = "middle";
  brush.textAlign = "left";
  const room = brush.measureText("0:00:00").width + 26;
  for (const tick of ticks(view, width, room)) {
    const x = Math.round(across(view, width, tick)) + 0.5;
    brush.strokeStyle = ink(colours.line);
    brush.lineWidth = 1;
    brush.beginPath();
    brush.moveTo(x, 0);
    brush.lineTo(x, height * 0.5);
    brush.stroke();
    brush.fillStyle = quiet;
    const words = clockOf(tick);
    if (x + 5 + brush.measureText(words).width < width) brush.fillText(words, x + 5, height * 0.56);
  }
}

/** Each technique from where it began: a knot, a line in the partner's colour, its name where there is room. */
export function paintTechniques(
  { brush, width, height, view, font, quiet, colours }: Sheet,
  line: readonly Stretch<Chose>[],
  name: (technique: string) => string,
): void {
  brush.font = font;
  brush.textBaseline = "alphabetic";
  brush.textAlign = "left";
  const y = height - 6;
  let free = 0; // from where on a word would lie on no other
  for (const one of line) {
    if (one.to < view.from || one.from > view.from + view.span) continue;
    const [left, right] = [across(view, width, one.from), across(view, width, one.to)];
    brush.strokeStyle = ink(colours.partner, 0.8);
    brush.lineWidth = 2;
    brush.beginPath();
    brush.moveTo(Math.max(0, left + 5), y);
    brush.lineTo(Math.min(width, right - 3), y);
    if (right - left > 9) brush.stroke();
    brush.beginPath();
    brush.ellipse(left, y, 3.5, 2.8, 0, 0, 2 * Math.PI);
    brush.fillStyle = ink(colours.partner);
    brush.fill();
    const words = name(one.what.technique);
    const at = Math.max(left, 4, free);
    const end = at + brush.measureText(words).width;
    if (end > Math.min(width, right - 6)) continue;
    brush.fillStyle = quiet;
    brush.fillText(words, at, y - 9);
    free = end + 12;
  }
}

/** How much there is of something from 0 to 1, as a ribbon that widens about its middle. */
export function paintRibbon(
  { brush, width, height, view, colours }: Sheet,
  values: Values,
  starts: readonly number[],
  length: number,
): void {
  const measure = { low: 0, high: 1 };
  brush.fillStyle = ink(colours.ink, 0.5);
  for (const line of lines(values, starts, length, measure, view, width, height / 2)) {
    brush.beginPath();
    for (const [x, y] of line) brush.lineTo(x, Math.min(y, height / 2 - 0.5));
    for (const [x, y] of line.toReversed()) brush.lineTo(x, height - Math.min(y, height / 2 - 0.5));
    brush.fill();
  }
}

/** Who went before: above the middle the maker, below it the partner, along it nobody. */
export function paintLed({ brush, width, height, view, colours }: Sheet, led: readonly Stretch<"maker" | "partner">[]): void {
  brush.strokeStyle = ink(colours.line);
  brush.lineWidth = 1;
  brush.beginPath();
  brush.moveTo(0, height / 2);
  brush.lineTo(width, height / 2);
  brush.stroke();
  for (const one of led) {
    if (one.to < view.from || one.from > view.from + view.span) continue;
    const [left, right] = [across(view, width, one.from), across(view, width, one.to)];
    const up = one.what === "maker";
    brush.fillStyle = ink(up ? colours.maker : colours.partner);
    brush.fillRect(left, up ? 0 : height / 2, Math.max(1, right - left), height / 2);
  }
}

/** One feature of both players: the maker's line is drawn through, the partner's dashed. */
export function paintCurve(
  { brush, width, height, view, colours }: Sheet,
  curves: readonly { readonly values: Values; readonly partner: boolean; readonly second: boolean }[],
  starts: readonly number[],
  length: number,
  measure: Extent,
): void {
  const edge = 5; // pixels, so that the greatest value is not cut
  brush.lineJoin = "round";
  for (const { values, partner, second } of curves) {
    const tone = partner ? colours.partner : second ? colours.second : colours.maker;
    brush.strokeStyle = ink(tone);
    brush.lineWidth = partner ? 2 : 2.25;
    brush.setLineDash(partner ? [7, 4] : second ? [2, 3] : []);
    for (const line of lines(values, starts, length, measure, view, width, height - 2 * edge)) {
      brush.beginPath();
      for (const [x, y] of line) brush.lineTo(x, y + edge);
      const [only] = line;
      if (line.length === 1 && only) brush.lineTo(only[0] + 2, only[1] + edge);
      brush.stroke();
    }
  }
  brush.setLineDash([]);
}

/** The whole take in small, drawn once; the window on it is laid over it. */
export function paintWhole({ brush, width, height, colours }: Sheet, laid: Laid, seconds: number): void {
  const g: Geometry = geometry(width, height, { top: 0, bottom: 0 });
  const small: Geometry = { ...g, top: 5, stone: 2, floor: height - 4, water: height * 0.55 };
  brush.fillStyle = ink(colours.skyHigh);
  brush.fillRect(0, 0, width, small.water);
  brush.fillStyle = ink(colours.water);
  brush.fillRect(0, small.water, width, height);
  brush.strokeStyle = ink(colours.line);
  brush.lineWidth = 1;
  brush.beginPath();
  brush.moveTo(0, small.water);
  brush.lineTo(width, small.water);
  brush.stroke();
  const all = whole(seconds);
  paintRuns(brush, small, runs(laid.marks, 0, width / all.span), colours, 1.5);
}
