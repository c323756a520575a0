/** The maker's notes: warm stones above the water, with rings while they sound. */
import { isOther, type Mark } from "../duet/view";
import { clamp, type Geometry, grain } from "./layout";
import { ink, mix, type Palette, type Tone } from "./palette";

type Brush = CanvasRenderingContext2D;
const SHADE: Tone = [18, 16, 20]; // the side away from the light, in both themes

export interface Placed {
  readonly mark: Mark;
  readonly left: number; // across, of onset
  readonly right: number; // and of its end so far
  readonly outline: number; // how far a planned note was outlined, pixels from its onset
  readonly y: number;
  readonly presence: number; // 0-1
  readonly sounding: boolean;
  readonly since: number; // seconds since its onset
  readonly after: number; // seconds since its end; 0 while it sounds
}

/** Half the height: a strong note is a larger stone. */
export function stoneSize(g: Geometry, velocity: number): number {
  return g.stone * (0.78 + 0.42 * clamp(velocity / 127, 0, 1));
}

/** A pebble's outline: a capsule whose top is fuller than its base, no two quite alike. */
function outline(brush: Brush, left: number, right: number, y: number, r: number, own: number): void {
  const lift = r * (0.03 + 0.07 * own);
  const lean = r * 0.2 * (own - 0.5);
  const bend = r * 0.53;
  brush.beginPath();
  brush.moveTo(left - r, y + lean);
  brush.bezierCurveTo(left - r, y - bend, left - bend, y - r - lift / 2, left, y - r);
  brush.lineTo(right, y - r + lean * 0.4);
  brush.bezierCurveTo(right + bend, y - r, right + r, y - bend, right + r, y + lean * 0.5);
  brush.bezierCurveTo(right + r, y + bend, right + bend, y + r - lift, right, y + r - lift);
  brush.lineTo(left, y + r - lift);
  brush.bezierCurveTo(left - bend, y + r - lift, left - r, y + bend, left - r, y + lean);
  brush.closePath();
}

/** The right one's of two: a leaf, pointed at both ends, so that whose a note is can be told without colour. */
function leaf(brush: Brush, left: number, right: number, y: number, r: number): void {
  const tip = r * 1.5;
  const bend = r * 1.18;
  const [from, to] = [left + r * 0.5, Math.max(right - r * 0.5, left + r * 0.5)];
  const end = Math.max(right, left);
  brush.beginPath();
  brush.moveTo(left - tip, y);
  brush.quadraticCurveTo(left - r * 0.4, y - bend, from, y - bend);
  brush.lineTo(to, y - bend);
  brush.quadraticCurveTo(end + r * 0.4, y - bend, end + tip, y);
  brush.quadraticCurveTo(end + r * 0.4, y + bend, to, y + bend);
  brush.lineTo(from, y + bend);
  brush.quadraticCurveTo(left - r * 0.4, y + bend, left - tip, y);
  brush.closePath();
}

/** The same where nothing was held: a seed. */
function seed(brush: Brush, x: number, y: number, r: number): void {
  brush.beginPath();
  brush.moveTo(x - r * 1.7, y);
  brush.quadraticCurveTo(x, y - 2.2 * r, x + r * 1.7, y);
  brush.quadraticCurveTo(x, y + 2.2 * r, x - r * 1.7, y);
  brush.closePath();
}

/** Two notes that fell together, of two who move together: a fine thread between their onsets. */
export function paintThread(brush: Brush, colours: Palette, one: Placed, other: Placed): void {
  const thread = brush.createLinearGradient(one.left, one.y, other.left, other.y);
  const seen = 0.75 * Math.min(one.presence, other.presence);
  const [from, to] = isOther(one.mark.by) ? [colours.second, colours.maker] : [colours.maker, colours.second];
  thread.addColorStop(0, ink(from, seen));
  thread.addColorStop(1, ink(to, seen));
  brush.strokeStyle = thread;
  brush.lineWidth = 2;
  brush.beginPath();
  brush.moveTo(one.left, one.y);
  const away = 0.12 * Math.abs(other.y - one.y); // it hangs a little, as threads do
  brush.quadraticCurveTo(Math.max(one.left, other.left) + away, (one.y + other.y) / 2, other.left, other.y);
  brush.stroke();
}

export function paintStone(
  brush: Brush,
  g: Geometry,
  colours: Palette,
  stone: Placed,
  fine: boolean,
): void {
  const r = stoneSize(g, stone.mark.velocity);
  if (stone.sounding || stone.after < 1.6) halo(brush, colours, stone, r);
  brush.globalAlpha = stone.presence;
  if (isOther(stone.mark.by)) leaf(brush, stone.left, stone.right, stone.y, r);
  else outline(brush, stone.left, stone.right, stone.y, r, grain(stone.mark.id));
  if (fine) {
    const body = brush.createLinearGradient(0, stone.y - r, 0, stone.y + r);
    body.addColorStop(0, ink(mix(colours.maker, colours.makerLight, 0.85)));
    body.addColorStop(0.5, ink(colours.maker));
    body.addColorStop(1, ink(mix(colours.maker, SHADE, 0.2)));
    brush.fillStyle = body;
  } else {
    brush.fillStyle = ink(colours.maker);
  }
  brush.fill();
  brush.globalAlpha = 1;
}

/** Warmth around a sounding stone; it cools within a second and a half after the end. */
function halo(brush: Brush, colours: Palette, stone: Placed, r: number): void {
  const warmth = stone.sounding ? Math.min(1, stone.since * 4) : 1 - stone.after / 1.6;
  const reach = r * 3.6;
  const light = brush.createRadialGradient(stone.right, stone.y, r * 0.5, stone.right, stone.y, reach);
  light.addColorStop(0, ink(colours.maker, 0.3 * warmth * stone.presence));
  light.addColorStop(1, ink(colours.maker, 0));
  brush.fillStyle = light;
  brush.fillRect(stone.right - reach, stone.y - reach, 2 * reach, 2 * reach);
}

const RING = 2.6; // seconds in which one ring widens and goes

/** Rings like those on water, slowly, for as long as it sounds; the last ones run out. */
export function paintRings(brush: Brush, g: Geometry, colours: Palette, stone: Placed, still: boolean): void {
  const r = stoneSize(g, stone.mark.velocity);
  const flat = stone.mark.pitch === null ? 0.34 : 1; // a pebble's rings lie on the water
  const { right: x, y } = stone;
  brush.lineWidth = 1.5;
  for (let i = 0; i < 3; i += 1) {
    const born = i * (RING / 3);
    const at = still ? born + 0.4 : stone.since - born;
    if (at < 0) continue;
    const turn = Math.floor(at / RING);
    const u = at / RING - turn;
    // A ring that began after the end never was.
    if (!still && stone.since - u * RING > stone.since - stone.after && !stone.sounding) continue;
    const radius = r * (1.15 + 2.7 * u ** 0.75);
    brush.strokeStyle = ink(colours.maker, 0.5 * (1 - u) ** 1.4 * (still ? stone.presence : 1));
    brush.beginPath();
    brush.ellipse(x, flat === 1 ? y : g.water + 2, radius, radius * flat, 0, 0, 2 * Math.PI);
    brush.stroke();
  }
}

export function paintPebble(brush: Brush, g: Geometry, colours: Palette, pebble: Placed): void {
  const r = stoneSize(g, pebble.mark.velocity) * 0.62;
  brush.globalAlpha = pebble.presence;
  const body = brush.createLinearGradient(0, pebble.y - r, 0, pebble.y + r);
  body.addColorStop(0, ink(mix(colours.maker, colours.makerLight, 0.85)));
  body.addColorStop(1, ink(colours.maker));
  brush.fillStyle = body;
  if (isOther(pebble.mark.by)) seed(brush, pebble.left, pebble.y, r);
  else {
    brush.beginPath();
    brush.ellipse(pebble.left, pebble.y, r * 1.08, r, 0, 0, 2 * Math.PI);
  }
  brush.fill();
  brush.globalAlpha = 1;
}

/** A stone's light on the water beneath it, while it sounds and a little after. */
export function paintReflection(brush: Brush, g: Geometry, colours: Palette, stone: Placed, breath: number): void {
  const warmth = stone.sounding ? Math.min(1, stone.since * 3) : Math.max(0, 1 - stone.after / 2.5);
  if (warmth <= 0) return;
  const r = stoneSize(g, stone.mark.velocity);
  for (let i = 0; i < 4; i += 1) {
    const y = g.water + 10 + i * 7;
    const half = r * (1.3 - i * 0.22) + 2 * Math.sin(breath * 1.3 + i * 1.9);
    brush.strokeStyle = ink(colours.maker, (0.3 - i * 0.065) * warmth);
    brush.lineWidth = 2;
    brush.beginPath();
    brush.moveTo(stone.right - half, y);
    brush.lineTo(stone.right + half, y);
    brush.stroke();
  }
}
