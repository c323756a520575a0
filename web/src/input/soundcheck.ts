/**
 * What a sound check finds out. Pure: blocks of sound and moments in, words and seconds out. All moments
 * are performance milliseconds.
 */

export type Level = "none" | "quiet" | "good" | "loud";

const FULL = 32768;
const CLIPPED = 0.98; // of full scale
const LOUD_BLOCKS = 3; // with a clipped sample, before it is called too loud
const FEWEST_BLOCKS = 40; // about half a second
const SOUNDING = 0.25; // share of the blocks, the loudest, that count as the voice
const QUIET = -48; // dB below full scale; a voice lies at about -20
const SILENT = -62; // room, not voice

/** One block's loudness: dB below full scale, and whether it touches the ceiling. */
export interface Loud {
  readonly level: number;
  readonly clipped: boolean;
}

export function loudOf(samples: Int16Array): Loud {
  let power = 0;
  let peak = 0;
  for (const sample of samples) {
    power += sample * sample;
    peak = Math.max(peak, Math.abs(sample));
  }
  const mean = power / Math.max(1, samples.length) / (FULL * FULL);
  return { level: 10 * Math.log10(Math.max(mean, 1e-10)), clipped: peak >= CLIPPED * FULL };
}

/** What to say about a voice, from its blocks so far; null until there are enough. */
export function levelOf(blocks: readonly Loud[]): Level | null {
  if (blocks.length < FEWEST_BLOCKS) return null;
  if (blocks.filter((block) => block.clipped).length >= LOUD_BLOCKS) return "loud";
  const levels = blocks.map((block) => block.level).sort((a, b) => b - a);
  const voice = levels[Math.floor((levels.length * SOUNDING) / 2)] ?? SILENT;
  if (voice < SILENT) return "none";
  return voice < QUIET ? "quiet" : "good";
}

const LATEST = 600; // ms on the way round
const OVER_ROOM = 5; // times the room's own greatest sample
const LEAST = 0.004; // of full scale
const AGREE = 6; // ms by which clicks may differ

/** A stretch of sound and when its first sample came in. */
export interface Stretch {
  readonly samples: Int16Array;
  readonly when: number;
}

/**
 * Seconds from a click's way out to its way in; null if too few came back alike, as with headphones.
 * `room`: the greatest sample of a still moment before them, of full scale.
 */
export function roundTrip(clicks: readonly number[], heard: readonly Stretch[], rate: number, room: number): number | null {
  const threshold = Math.max(LEAST, OVER_ROOM * room) * FULL;
  const ways: number[] = [];
  for (const click of clicks) {
    const came = firstOver(heard, rate, threshold, click, click + LATEST);
    if (came !== null) ways.push(came - click);
  }
  const middle = median(ways);
  if (middle === null) return null;
  const alike = ways.filter((way) => Math.abs(way - middle) <= AGREE);
  return alike.length * 2 > clicks.length ? middle / 1000 : null;
}

function firstOver(heard: readonly Stretch[], rate: number, threshold: number, since: number, until: number): number | null {
  for (const { samples, when } of heard) {
    if (when > until) return null;
    if (when + (samples.length * 1000) / rate < since) continue;
    for (let i = 0; i < samples.length; i++) {
      const at = when + (i * 1000) / rate;
      if (at >= since && at <= until && Math.abs(samples[i] ?? 0) > threshold) return at;
    }
  }
  return null;
}

const SETTLING = 3; // strokes before a hand has found the beat
const NEAR = 0.4; // of the distance between strokes: a tap further off belongs to none
const FEWEST_TAPS = 6;
const EARLIEST = 0.3; // seconds

/**
 * By how many seconds the taps come before the strokes they mean to meet (negative: after them): the
 * median, over the strokes after the first few. Null if too few taps met one.
 */
export function habitualLead(strokes: readonly number[], taps: readonly number[]): number | null {
  const apart = median(strokes.slice(1).map((stroke, i) => stroke - (strokes[i] ?? stroke)));
  if (apart === null) return null;
  const leads: number[] = [];
  for (const stroke of strokes.slice(SETTLING)) {
    const near = taps.map((tap) => stroke - tap).filter((lead) => Math.abs(lead) <= NEAR * apart);
    const nearest = near.sort((a, b) => Math.abs(a) - Math.abs(b))[0];
    if (nearest !== undefined) leads.push(nearest);
  }
  const middle = median(leads);
  if (middle === null || leads.length < FEWEST_TAPS) return null;
  return Math.max(-EARLIEST, Math.min(EARLIEST, middle / 1000));
}

function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const high = sorted[Math.floor(sorted.length / 2)];
  const low = sorted[Math.floor((sorted.length - 1) / 2)];
  return high === undefined || low === undefined ? null : (low + high) / 2;
}
