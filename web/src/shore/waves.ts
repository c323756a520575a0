/** The partner's notes: long low swells under the waterline; a dashed outline until they sound. */
import { clamp, type Geometry } from "./layout";
import { ink, mix, type Palette } from "./palette";
import type { Placed } from "./stones";

type Brush = CanvasRenderingContext2D;

/** How high a wave stands: the bass is broad, a melody's note a leaf, a stroke a crescent. */
function crest(g: Geometry, wave: Placed): number {
  const touch = 0.75 + 0.5 * clamp(wave.mark.velocity / 127, 0, 1);
  const by = { bass: 1.25, chords: 0.8, melody: 0.78, percussion: 0.42 };
  const wanted = g.stone * by[wave.mark.voice ?? "chords"] * touch;
  return Math.min(wanted, 4 + (wave.right - wave.left) * 0.34);
}

const ROUND = 200; // pixels over which the end of a long wave rises

/** How far along the wave its points lie: close together where the ends are round. */
function along(length: number): readonly number[] {
  const round = Math.min(ROUND, length / 2);
  const turn = clamp(Math.round(round / 9), 6, 16);
  const end = Array.from({ length: turn }, (_, i) => round * (1 - Math.cos((Math.PI / 2) * (i / turn))));
  const level = Math.max(1, Math.round((length - 2 * round) / 30));
  const middle = Array.from({ length: level + 1 }, (_, i) => round + ((length - 2 * round) * i) / level);
  return [...end, ...middle, ...end.map((at) => length - at).reverse()];
}

/**
 * The upper edge swells, the lower one is almost level; both ends are round, and a long wave is
 * nearly level between them, so that it grows at its tip and stays elsewhere. While it sounds the
 * crest travels a little.
 */
function outline(brush: Brush, wave: Placed, to: number, high: number, breath: number): void {
  const { left, y } = wave;
  const length = to - left;
  const round = Math.min(ROUND, length / 2);
  const life = clamp(length / 400, 0, 1) * high * 0.12;
  const moved = breath === 0 ? 0 : breath - wave.after; // what has ended lies as it lay
  const points = along(length);
  const arch = points.map((at) => {
    const off = round > 0 ? 1 - Math.min(1, Math.min(at, length - at) / round) : 1;
    return Math.max(0, 1 - off * off) ** 0.62;
  });
  brush.beginPath();
  points.forEach((at, i) => {
    brush.lineTo(left + at, y - (arch[i] ?? 0) * (high + life * Math.sin(at / 46 - moved * 1.5)));
  });
  for (let i = points.length - 1; i >= 0; i -= 1) {
    brush.lineTo(left + (points[i] ?? 0), y + 0.48 * high * (arch[i] ?? 0));
  }
  brush.closePath();
}

/** What is to come, as a dashed line; it goes as the wave fills it. */
function outlineAhead(brush: Brush, colours: Palette, wave: Placed, high: number, to: number, alpha: number): void {
  outline(brush, wave, to, high, 0);
  brush.setLineDash([5, 6]);
  brush.lineWidth = 1.75;
  brush.strokeStyle = ink(colours.partner, alpha * wave.presence);
  brush.stroke();
  brush.setLineDash([]);
}

const FILLS = 1.4; // seconds for which the outline is still seen once it sounds

export function paintWave(
  brush: Brush,
  g: Geometry,
  colours: Palette,
  wave: Placed,
  breath: number,
  fine: boolean,
): void {
  const high = crest(g, wave);
  const coming = wave.since < 0;
  if (coming) {
    if (wave.mark.planned) outlineAhead(brush, colours, wave, high, wave.right, 0.85);
    return;
  }
  const ahead = wave.left + wave.outline;
  if (wave.since < FILLS && ahead > wave.right + 8) {
    outlineAhead(brush, colours, wave, crest(g, { ...wave, right: ahead }), ahead, 0.85 * (1 - wave.since / FILLS));
  }
  outline(brush, wave, wave.right, high, breath);
  brush.globalAlpha = wave.presence;
  if (fine) {
    const body = brush.createLinearGradient(0, wave.y - high, 0, wave.y + 0.5 * high);
    body.addColorStop(0, ink(colours.partner));
    body.addColorStop(1, ink(mix(colours.partner, colours.partnerDeep, 0.8)));
    brush.fillStyle = body;
  } else {
    brush.fillStyle = ink(colours.partner);
  }
  brush.fill();
  if (fine && wave.mark.voice !== "percussion") wake(brush, colours, wave, high, breath);
  brush.globalAlpha = 1;
}

/** Two thin lines under the swell, as a woodcut draws moving water. */
function wake(brush: Brush, colours: Palette, wave: Placed, high: number, breath: number): void {
  const length = wave.right - wave.left;
  if (length < 24) return;
  brush.lineWidth = 1.25;
  const drift = wave.sounding ? Math.sin(breath * 0.8) * 3 : 0;
  for (let i = 1; i <= 2; i += 1) {
    const inset = length * (0.1 + 0.13 * i);
    const y = wave.y + high * (0.48 + 0.3 * i) + 3;
    brush.strokeStyle = ink(colours.partner, 0.42 / i);
    brush.beginPath();
    brush.moveTo(wave.left + inset + drift, y - high * 0.12);
    brush.quadraticCurveTo(
      (wave.left + wave.right) / 2 + drift,
      y + high * 0.22,
      wave.right - inset + drift,
      y - high * 0.12,
    );
    brush.stroke();
  }
}

/** The waterline: level when nothing sounds, lifted a little over what sounds below. */
export function waterline(g: Geometry, breath: number, lift: number): (x: number) => number {
  return (x) => {
    const slow = Math.sin(x / 118 + breath * 0.42) * 2.2 + Math.sin(x / 47 - breath * 0.27) * 0.9;
    const away = (x - g.now) / (g.width * 0.17);
    return g.water - slow - 5 * lift * Math.exp(-away * away);
  };
}
