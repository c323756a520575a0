/** Which part of a take is seen, and where a moment lies in it. Pure; times in seconds of the take. */

export interface Viewport {
  readonly from: number;
  readonly span: number; // seconds across the whole width
}

export const NEAREST = 8; // seconds that are always seen
const FIRST = 120; // seconds of a long take that are seen at first: its notes can still be told apart
const APART = 8; // pixels of a second, so that its notes can be told apart
const HERE = 0.4; // share of the width at which the place is kept while the picture moves along
const MARGIN = 0.04; // of the width, within which a place is not yet comfortably seen
export const STEP = 1.6; // by which one press brings it nearer

/** All of it. */
export function whole(seconds: number): Viewport {
  return { from: 0, span: Math.max(seconds, NEAREST) };
}

/** What is seen first: all of a short take, the beginning of a long one; on a narrow page (pixels) less of it. */
export function opening(seconds: number, width: number): Viewport {
  const clear = Math.max(Math.min(FIRST, width / APART), NEAREST);
  return { from: 0, span: Math.min(Math.max(seconds, NEAREST), clear) };
}

/** The same view within the take: never nearer than NEAREST, never wider than all, never beside it. */
export function settled(view: Viewport, seconds: number): Viewport {
  const all = Math.max(seconds, NEAREST);
  const span = clamp(view.span, NEAREST, all);
  return { from: clamp(view.from, 0, all - span), span };
}

/** Nearer (factor > 1) or wider, and `around` stays where it is on the page. */
export function zoomed(view: Viewport, factor: number, around: number, seconds: number): Viewport {
  const all = Math.max(seconds, NEAREST);
  const span = clamp(view.span / factor, NEAREST, all);
  const share = (clamp(around, view.from, view.from + view.span) - view.from) / view.span;
  return settled({ from: around - share * span, span }, seconds);
}

export function moved(view: Viewport, by: number, seconds: number): Viewport {
  return settled({ from: view.from + by, span: view.span }, seconds);
}

/** Across, in pixels. */
export function across(view: Viewport, width: number, time: number): number {
  return ((time - view.from) / view.span) * width;
}

export function timeAt(view: Viewport, width: number, x: number): number {
  return view.from + (x / width) * view.span;
}

/** The view that goes along with the place: time flows from right to left under it. */
export function flowing(view: Viewport, place: number, seconds: number): Viewport {
  return settled({ from: place - HERE * view.span, span: view.span }, seconds);
}

/** The view in which a place is seen, turned like a page where it is not. */
export function turned(view: Viewport, place: number, seconds: number): Viewport {
  const margin = MARGIN * view.span;
  const seen = place >= view.from + (view.from > 0 ? margin : 0) && place <= view.from + view.span - margin;
  return seen ? view : settled({ from: place - 2 * margin, span: view.span }, seconds);
}

/** The view in which a stretch is seen, with some of what is around it. */
export function around(from: number, to: number, seconds: number): Viewport {
  const span = Math.max((to - from) * 1.5, NEAREST);
  return settled({ from: (from + to - span) / 2, span }, seconds);
}

const TICKS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 3600] as const;

/** The moments that are told along the edge: round ones, at least `apart` pixels from each other. */
export function ticks(view: Viewport, width: number, apart: number): readonly number[] {
  const least = (apart / width) * view.span;
  const step = TICKS.find((one) => one >= least) ?? Math.ceil(least / 3600) * 3600;
  const first = Math.ceil(view.from / step);
  const count = Math.floor((view.from + view.span) / step) - first + 1;
  return Array.from({ length: Math.max(0, count) }, (_, i) => (first + i) * step);
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(high, low), Math.max(low, value));
}

const GLIDES = 0.6; // seconds in which the picture comes along with the place

/** As `flowing`, but it comes there softly; where the place is not seen at all, the page is turned. */
export function gliding(view: Viewport, place: number, seconds: number, passed: number): Viewport {
  if (place < view.from || place > view.from + view.span) return turned(view, place, seconds);
  const goal = flowing(view, place, seconds).from;
  if (goal <= view.from) return view; // it is still on its way to where it is kept
  return { from: view.from + (goal - view.from) * (1 - Math.exp(-passed / GLIDES)), span: view.span };
}
