/**
 * The shore: draws what was played and what will be, on two sheets. The lower one (sky, water) is
 * painted when size or theme change; the upper one only while something moves.
 */
import { isOther, type Mark } from "../duet/view";
import { paintGround, SWELL } from "./ground";
import {
  drawnUntil,
  edge,
  type Geometry,
  geometry,
  type Insets,
  markY,
  moves,
  outlinedUntil,
  pastSpan,
  presence,
  smooth,
  sounds,
  STILL_FADE,
  stillPresence,
  stillX,
  timeX,
} from "./layout";
import { ink, mix, ofSecond, type Palette, readPalette } from "./palette";
import { paintPebble, paintReflection, paintRings, paintStone, paintThread, type Placed } from "./stones";
import { paintWave, waterline } from "./waves";

export interface Source {
  marks(since: number): readonly Mark[];
}

const LOOK = 100; // ms between looks for something new, while nothing moves
const FINE = 260; // with more marks than this on the page, shading is left out
const STILL_FRAME = 90; // ms between frames without scrolling: only fading is to be drawn
const DRAWS_IN = 0.4; // ms of a let-go wave's tip, per ms that passes
const TOUCH = 1.6; // seconds for which a touch in the sky is seen

export class Shore {
  geometry: Geometry = geometry(1, 1, { top: 0, bottom: 0 });
  private colours: Palette;
  private second: Palette; // of the right one of two
  private frame = 0;
  private drawn = 0;
  private elapsed = 0; // ms between this drawing and the one before
  private lift = 0; // how far the water has swollen, eased
  private readonly reach = new WeakMap<Mark, number>(); // up to when a wave was drawn last
  private readonly timer: ReturnType<typeof setInterval>;
  private readonly themes = ["(prefers-color-scheme: dark)", "(forced-colors: active)"].map((q) =>
    matchMedia(q),
  );
  private readonly calm = matchMedia("(prefers-reduced-motion: reduce)");
  private touches: { x: number; y: number; at: number }[] = [];
  private insets: Insets = { top: 0, bottom: 0 };

  constructor(
    private readonly ground: HTMLCanvasElement,
    private readonly sheet: HTMLCanvasElement,
    private readonly source: Source,
    private readonly marksNow = true, // whether the present is marked by a line
  ) {
    this.colours = readPalette(this.host);
    this.second = ofSecond(this.colours);
    for (const query of [...this.themes, this.calm]) query.addEventListener("change", this.recolour);
    this.timer = setInterval(() => {
      if (this.frame === 0 && !document.hidden && this.moving(performance.now())) this.wake();
    }, LOOK);
  }

  destroy(): void {
    cancelAnimationFrame(this.frame);
    clearInterval(this.timer);
    for (const query of [...this.themes, this.calm]) {
      query.removeEventListener("change", this.recolour);
    }
  }

  /** The canvas fills its parent; `insets` is what lies over it above and below. */
  resize(width: number, height: number, insets: Insets): void {
    this.insets = insets;
    this.geometry = geometry(Math.max(1, width), Math.max(1, height), insets);
    const scale = Math.min(globalThis.devicePixelRatio || 1, 2);
    for (const canvas of [this.ground, this.sheet]) {
      canvas.width = Math.round(this.geometry.width * scale);
      canvas.height = Math.round(this.geometry.height * scale);
      canvas.getContext("2d")?.setTransform(scale, 0, 0, scale, 0, 0);
    }
    this.repaint();
  }

  /** Something may have begun to sound. */
  wake(): void {
    if (this.frame === 0) this.frame = requestAnimationFrame(this.tick);
  }

  /** A touch in the sky is answered where it was, too. */
  touched(x: number, y: number): void {
    this.touches.push({ x, y, at: performance.now() });
    this.wake();
  }

  private get host(): HTMLElement {
    return this.sheet.parentElement ?? document.body;
  }

  private readonly recolour = (): void => {
    this.colours = readPalette(this.host);
    this.second = ofSecond(this.colours);
    this.resize(this.geometry.width, this.geometry.height, this.insets);
  };

  private repaint(): void {
    const brush = this.ground.getContext("2d");
    if (brush) paintGround(brush, this.geometry, this.colours);
    this.draw(performance.now());
    this.wake();
  }

  private get past(): number {
    return this.calm.matches ? STILL_FADE : pastSpan(this.geometry);
  }

  private recent(now: number): readonly Mark[] {
    return this.source.marks(now - this.past);
  }

  private moving(now: number): boolean {
    return this.touches.length > 0 || moves(this.recent(now), now, this.past);
  }

  private readonly tick = (): void => {
    this.frame = 0;
    const now = performance.now();
    const due = !this.calm.matches || now - this.drawn >= STILL_FRAME;
    if (due) this.draw(now);
    if (this.moving(now) || (this.lift > 0.01 && !this.calm.matches)) this.wake();
    else if (due) return;
    else this.draw(now);
  };

  private draw(now: number): void {
    const brush = this.sheet.getContext("2d");
    if (!brush) return;
    const elapsed = Math.min(100, now - this.drawn);
    this.elapsed = elapsed;
    this.drawn = now;
    const { geometry: g, colours } = this;
    const still = this.calm.matches;
    const breath = still ? 0 : now / 1000;
    const placed = this.place(now);
    const below = placed.some((p) => p.mark.who === "partner" && p.sounding);
    this.lift += ((below && !still ? 1 : 0) - this.lift) * Math.min(1, elapsed / 900);
    brush.clearRect(0, 0, g.width, g.height);
    const line = waterline(g, breath, this.lift);
    this.water(brush, line);
    if (!still && this.marksNow) this.present(brush);
    const fine = placed.length <= FINE;
    for (const p of placed) {
      if (p.mark.who === "maker" && !still) paintReflection(brush, g, this.tones(p), p, breath);
    }
    for (const p of placed) {
      if (p.mark.who === "partner") paintWave(brush, g, colours, p, breath, fine);
    }
    this.paintThreads(brush, placed);
    for (const p of placed) {
      if (p.mark.who !== "maker") continue;
      if (p.sounding || p.after < 2.6) paintRings(brush, g, this.tones(p), p, still);
    }
    for (const p of placed) {
      if (p.mark.who !== "maker") continue;
      if (p.mark.pitch === null) paintPebble(brush, g, this.tones(p), p);
      else paintStone(brush, g, this.tones(p), p, fine);
    }
    this.paintTouches(brush, now, still);
  }

  private tones(p: Placed): Palette {
    return isOther(p.mark.by) ? this.second : this.colours;
  }

  /** What fell together, while two moved together, is joined by a thread. */
  private paintThreads(brush: CanvasRenderingContext2D, placed: readonly Placed[]): void {
    const rights = new Map(placed.filter((p) => isOther(p.mark.by)).map((p) => [p.mark, p]));
    for (const p of placed) {
      const other = p.mark.met && rights.get(p.mark.met);
      if (other) paintThread(brush, this.colours, p, other);
    }
  }

  /** A wave that is let go of draws its tip in gently, instead of ending with a jerk. */
  private until(mark: Mark, now: number): number {
    const until = drawnUntil(mark, now);
    if (mark.who === "maker" || mark.from > now) return until;
    const before = this.reach.get(mark);
    const drawn = before === undefined ? until : Math.max(until, before - this.elapsed * DRAWS_IN);
    this.reach.set(mark, drawn);
    return drawn;
  }

  /** Only what is on the page now, with where and how strongly it is seen. */
  private place(now: number): readonly Placed[] {
    const { geometry: g } = this;
    const still = this.calm.matches;
    const placed: Placed[] = [];
    for (const mark of this.recent(now)) {
      const end = mark.to === null ? Math.max(now, mark.from) : mark.to;
      const until = this.until(mark, now);
      const pebble = mark.who === "maker" && mark.pitch === null;
      const left = still ? stillX(g, mark.from) : timeX(g, mark.from, now);
      const width = pebble ? 0 : ((until - mark.from) / 1000) * g.speed;
      const right = left + (still ? Math.min(width, g.width - left) : width);
      if (right < -3 * g.stone || left > g.width + 3 * g.stone) continue;
      const seen = still ? stillPresence(mark, now) : presence(mark, now) * edge(g, right);
      if (seen <= 0.01) continue;
      placed.push({
        mark,
        left,
        right,
        outline: still || !mark.planned ? 0 : ((outlinedUntil(mark) - mark.from) / 1000) * g.speed,
        y: markY(g, mark),
        presence: seen,
        sounding: sounds(mark, now),
        since: (now - mark.from) / 1000,
        after: Math.max(0, (now - end) / 1000),
      });
    }
    return placed;
  }

  private water(brush: CanvasRenderingContext2D, line: (x: number) => number): void {
    const { geometry: g, colours } = this;
    brush.beginPath();
    brush.moveTo(0, line(0));
    for (let x = 8; x < g.width + 8; x += 8) brush.lineTo(x, line(x));
    brush.strokeStyle = ink(mix(colours.line, colours.partner, 0.5 * this.lift));
    brush.lineWidth = 1.75;
    brush.stroke();
    brush.lineTo(g.width + 8, g.water + SWELL + 1);
    brush.lineTo(0, g.water + SWELL + 1);
    brush.closePath();
    brush.fillStyle = ink(colours.water);
    brush.fill();
  }

  /** The present: a thin line that fades at both ends. */
  private present(brush: CanvasRenderingContext2D): void {
    const { geometry: g, colours } = this;
    const from = g.top - 2 * g.stone;
    const to = g.floor + 1.5 * g.stone;
    const fade = brush.createLinearGradient(0, from, 0, to);
    fade.addColorStop(0, ink(colours.ink, 0));
    fade.addColorStop(0.2, ink(colours.ink, 0.26));
    fade.addColorStop(0.8, ink(colours.ink, 0.26));
    fade.addColorStop(1, ink(colours.ink, 0));
    brush.fillStyle = fade;
    brush.fillRect(g.now - 0.75, from, 1.5, to - from);
  }

  private paintTouches(brush: CanvasRenderingContext2D, now: number, still: boolean): void {
    this.touches = this.touches.filter((touch) => now - touch.at < TOUCH * 1000);
    brush.lineWidth = 1.5;
    for (const { x, y, at } of this.touches) {
      const u = (now - at) / (TOUCH * 1000);
      brush.strokeStyle = ink(this.colours.maker, 0.6 * (1 - smooth(u)));
      brush.beginPath();
      brush.arc(x, y, still ? this.geometry.stone * 1.4 : this.geometry.stone * (0.7 + 2 * u), 0, 2 * Math.PI);
      brush.stroke();
    }
  }
}
