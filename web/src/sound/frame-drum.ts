/**
 * A frame drum, struck by hand: the modes of a round skin that air weighs down, each mode a damped
 * oscillation. Where the hand falls decides which of them move, how hard it falls how short it touches
 * and so how bright they are; a hard stroke stretches the skin and begins a little sharp. No two
 * strokes are quite alike; the same seed gives the same one.
 * Sources: N. Fletcher and T. Rossing, The Physics of Musical Instruments, on membranes.
 */

interface Mode {
  readonly m: number; // lines across the middle that stand still
  readonly zero: number; // of the Bessel function J of order m: the rings that stand still
  readonly norm: number; // how hard it is to move
}

const LOWEST = 92; // Hz, of a drum about 40 cm wide
const AIR = 1.6; // how heavy the air on both sides is against the skin, for such a drum
const HIGHER_AT_RIM = 3; // semitones: fingers near the frame press the skin a little
const SPREAD = 0.006; // the two directions of a mode lie so far apart: no skin is even
const GLIDE = 0.035; // by how much the hardest stroke begins sharp,
const GLIDING = 0.06; // and the seconds in which that dies away
const MIDDLE_AT = 0.22; // of the radius: a hand does not strike the very middle
const RIM_AT = 0.94;
const TOUCH = { middle: [0.006, 0.0015], rim: [0.0022, 0.0005] } as const; // s on the skin, softest and hardest
const MEETS = 0.35; // of that time until the skin moves in full
const RADIATED = [9, 3.2, 2.3]; // 1/s lost to the air by modes without, with one and with more lines
const INNER = 2; // 1/s lost in the skin at the lowest pitch; it grows with the pitch
const DAMPED = 1.7; // times more at the frame, where the hand lies
const NOISE = { middle: { level: 0.07, hz: 900, seconds: 0.012 }, rim: { level: 0.45, hz: 2600, seconds: 0.012 } };
const KNOCK = [[415, 0.05], [770, 0.035]] as const; // Hz and seconds of the wooden frame
const KNOCKED = 0.1; // how loud, at the rim
const VARIED = { place: 0.04, size: 0.1, angle: 0.25 }; // from stroke to stroke, as shares and in radians
const APART = 2.4; // radians between the modes' beginnings: on a real skin they do not move off as one
const GONE = 1e-4; // of a mode: nobody hears it any more
const LONGEST = 1.5; // seconds
const CLOSE = 0.1; // seconds at the end in which what is left is brought to nothing
const STEP = 32; // samples after which the pitch is set anew
const HIGHEST = 22; // of the zeros whose modes are heard one by one; above, the hand's noise stands for them
const PAIRED = 12; // up to here both directions of a mode are heard

/** J of an order at x, from Bessel's integral. */
function bessel(order: number, x: number): number {
  const points = 32;
  let sum = 0;
  for (let i = 0; i < points; i++) {
    const turn = (Math.PI * (i + 0.5)) / points;
    sum += Math.cos(order * turn - x * Math.sin(turn));
  }
  return sum / points;
}

/** Every mode up to the highest, from the lowest on. */
function modes(): Mode[] {
  const found: Mode[] = [];
  for (let m = 0; m < HIGHEST; m++) {
    for (let x = 1; x < HIGHEST; x += 0.1) {
      let [low, high] = [x, x + 0.1];
      if (bessel(m, low) * bessel(m, high) >= 0 || high < m) continue;
      for (let i = 0; i < 20; i++) {
        const half = (low + high) / 2;
        if (bessel(m, low) * bessel(m, half) < 0) high = half;
        else low = half;
      }
      found.push({ m, zero: low, norm: bessel(m + 1, low) ** 2 / (m === 0 ? 1 : 2) });
    }
  }
  return found.sort((a, b) => a.zero - b.zero);
}

const MODES = modes();
const MOST = 2 * MODES.length + KNOCK.length;

/** A mode's pitch against that of the ideal skin's unit: air slows the low modes more. */
const airy = (zero: number): number => zero / Math.sqrt(1 + AIR / zero);

const mix = (from: number, to: number, share: number): number => from + (to - from) * share;

export class DrumStroke {
  active = false;
  private readonly re = new Float64Array(MOST);
  private readonly im = new Float64Array(MOST);
  private readonly cos = new Float64Array(MOST);
  private readonly sin = new Float64Array(MOST);
  private readonly turn = new Float64Array(MOST); // radians a sample, without the glide
  private readonly loss = new Float64Array(MOST); // factor a sample
  private modes = 0;
  private sharp = 0; // by how much the pitch lies above its own now
  private age = 0;
  private attack = 1; // samples until the skin moves in full
  private noise = 0;
  private noiseLoss = 0;
  private noiseHigh = 0;
  private soft = 0;
  private softer = 0;
  private chance = 1;

  constructor(private readonly sampleRate: number) {}

  /** `place`: 0 near the middle to 1 at the rim; velocity 1-127; `seed`: which stroke this is. */
  strike(place: number, velocity: number, seed: number): void {
    this.chance = (Math.imul(seed + 1, 0x9e3779b1) ^ 0x5bd1e995) | 0;
    for (let i = 0; i < 4; i++) this.random(); // seeds beside each other have parted by then
    const force = velocity / 127;
    const where = mix(MIDDLE_AT, RIM_AT, place) * (1 + VARIED.place * this.random() * (1 - place));
    const [longest, shortest] = [0, 1].map((end) => mix(TOUCH.middle[end]!, TOUCH.rim[end]!, place)) as [number, number];
    const touch = mix(longest, shortest, Math.pow(force, 0.7));
    const bright = 0.55 / touch; // Hz from which so short a touch moves less and less
    const tuned = LOWEST * Math.pow(2, (HIGHER_AT_RIM * place) / 12);
    const angle = VARIED.angle * this.random();
    this.modes = 0;
    for (const { m, zero, norm } of MODES) {
      const ratio = airy(zero) / airy(MODES[0]!.zero);
      const hz = tuned * ratio;
      const heard = 1 / (1 + 0.45 * Math.min(m, 3)); // a skin that swings to and fro moves less air
      const moved = (bessel(m, zero * where) / norm) * heard * (1 + VARIED.size * this.random());
      const size = moved / (1 + (hz / bright) ** 1.7);
      const lost = (RADIATED[Math.min(m, 2)]! + INNER * ratio ** 1.4) * mix(1, DAMPED, place);
      const along = m === 0 || zero >= PAIRED ? 1 : Math.cos(m * angle);
      this.add(hz, size * along, lost);
      if (m > 0 && zero < PAIRED) this.add(hz * (1 + SPREAD), size * Math.sin(m * angle), lost);
    }
    const knocked = KNOCKED * Math.max(0, place - 0.5) * 2 * force;
    for (const [hz, seconds] of KNOCK) this.add(hz, knocked, Math.log(1000) / seconds);
    this.sharp = GLIDE * force * force * (1 - 0.5 * place);
    this.noise = mix(NOISE.middle.level, NOISE.rim.level, place) * Math.pow(force, 0.9);
    const seconds = mix(NOISE.middle.seconds, NOISE.rim.seconds, place);
    this.noiseLoss = Math.exp(-1 / (seconds * this.sampleRate));
    const hz = mix(NOISE.middle.hz, NOISE.rim.hz, place) * (0.6 + 0.8 * force);
    this.noiseHigh = Math.exp((-2 * Math.PI * hz) / this.sampleRate);
    this.soft = this.softer = 0;
    this.attack = MEETS * touch * this.sampleRate;
    this.age = 0;
    this.active = true;
  }

  private add(hz: number, size: number, lost: number): void {
    const index = this.modes++;
    this.re[index] = size * Math.sin(APART * index);
    this.im[index] = size * Math.cos(APART * index);
    this.turn[index] = (2 * Math.PI * hz) / this.sampleRate;
    this.loss[index] = Math.exp(-lost / this.sampleRate);
  }

  /** From -1 to 1. */
  private random(): number {
    this.chance = (Math.imul(this.chance, 1664525) + 1013904223) | 0;
    return this.chance / 2147483648;
  }

  stop(): void {
    this.active = false;
  }

  /** Write the next samples over what is in ``target``. */
  render(target: Float32Array, count: number): void {
    const end = Math.round(LONGEST * this.sampleRate);
    for (let done = 0; done < count; ) {
      if (this.age >= end) {
        this.active = false;
        target.fill(0, done, count);
        return;
      }
      if (this.age % STEP === 0) this.settle();
      const some = Math.min(count - done, STEP - (this.age % STEP), end - this.age);
      target.fill(0, done, done + some);
      this.swing(target, done, some);
      this.shape(target, done, some, end);
      this.age += some;
      done += some;
    }
  }

  /** Each mode in turn, so that its numbers stay at hand. */
  private swing(target: Float32Array, from: number, count: number): void {
    for (let p = 0; p < this.modes; p++) {
      let [re, im] = [this.re[p]!, this.im[p]!];
      const [cos, sin] = [this.cos[p]!, this.sin[p]!];
      for (let i = from; i < from + count; i++) {
        const real = re * cos - im * sin;
        im = re * sin + im * cos;
        re = real;
        target[i]! += re;
      }
      this.re[p] = re;
      this.im[p] = im;
    }
  }

  /** The hand's noise beside it, the skin's beginning, and the end. */
  private shape(target: Float32Array, from: number, count: number, end: number): void {
    const close = CLOSE * this.sampleRate;
    for (let i = 0; i < count; i++) {
      const age = this.age + i;
      let sum = target[from + i]! + this.rustle();
      // the skin begins to move as the hand meets it, not before
      if (age < this.attack) sum *= 0.5 - 0.5 * Math.cos((Math.PI * age) / this.attack);
      if (age > end - close) sum *= (end - age) / close;
      target[from + i] = sum * 0.12;
    }
  }

  /** The hand on the skin: a breath of noise between two filters. */
  private rustle(): number {
    if (this.noise < GONE) return 0;
    const white = this.random();
    this.soft += (1 - this.noiseHigh) * (white - this.soft);
    this.softer += 0.02 * (this.soft - this.softer);
    this.noise *= this.noiseLoss;
    return (this.soft - this.softer) * this.noise * 12;
  }

  /** The pitch for the next few samples; modes that have died away make room. */
  private settle(): void {
    const gliding = this.sharp > 1e-5;
    for (let p = this.modes - 1; p >= 0; p--) {
      if (Math.abs(this.re[p]!) + Math.abs(this.im[p]!) < GONE) this.drop(p);
      else if (gliding || this.age === 0) this.set(p);
    }
    this.sharp = gliding ? this.sharp * Math.exp(-STEP / (GLIDING * this.sampleRate)) : 0;
  }

  private set(p: number): void {
    const turn = this.turn[p]! * (1 + this.sharp);
    this.cos[p] = this.loss[p]! * Math.cos(turn);
    this.sin[p] = this.loss[p]! * Math.sin(turn);
  }

  private drop(p: number): void {
    const last = --this.modes;
    for (const list of [this.re, this.im, this.cos, this.sin, this.turn, this.loss]) list[p] = list[last]!;
  }
}
