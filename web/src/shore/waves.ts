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

/**
 * The upper edge rises slowly and falls slowly; the lower one is almost level. While it sounds
 * the crest travels a little.
 */
function outline(brush: Brush, wave: Placed, high: number, breath: number): void {
  const { left, right, y } = wave;
  const length = right - left;
  const points = clamp(Math.round(length / 9), 8, 48);
  const life = wave.sounding ? high * 0.13 : 0;
  const rise = (u: number): number => {
    const arch = Math.sin(Math.PI * u) ** 0.85;
    return arch * (high + life * Math.sin((u * length) / 46 - breath * 1.5));
  };
  brush.beginPath();
  brush.moveTo(left, y);
  for (let i = 1; i <= points; i += 1) {
    const u = i / points;
    brush.lineTo(left + u * length, y - rise(u));
  }
  for (let i = points - 1; i >= 1; i -= 1) {
    const u = i / points;
    brush.lineTo(left + u * length, y + 0.48 * high * Math.sin(Math.PI * u));
  }
  brush.closePath();
}

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
  outline(brush, wave, high, breath);
  if (coming) {
    if (!wave.mark.planned) return;
    brush.setLineDash([5, 6]);
    brush.lineWidth = 1.75;
    brush.strokeStyle = ink(colours.partner, 0.85 * wave.presence);
    brush.stroke();
    brush.setLineDash([]);
    return;
  }
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
