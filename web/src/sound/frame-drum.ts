/**
 * A frame drum, struck by hand: the partials of a round membrane, loaded by air, each a damped
 * sine, and a short breath of noise for the skin. In the middle it is deep; at the rim, light.
 */

interface Partial {
  readonly ratio: number; // to the lowest
  readonly middle: number; // how strongly a stroke near the middle moves it
  readonly rim: number;
  readonly decay: number; // seconds until it has lost 60 dB
}

// Ratios of an ideal membrane (zeros of the Bessel functions) drawn together by the air's load.
const PARTIALS: readonly Partial[] = [
  { ratio: 1.0, middle: 1.0, rim: 0.1, decay: 0.55 },
  { ratio: 1.55, middle: 0.62, rim: 0.28, decay: 0.8 },
  { ratio: 2.06, middle: 0.3, rim: 0.42, decay: 0.6 },
  { ratio: 2.3, middle: 0.34, rim: 0.2, decay: 0.3 },
  { ratio: 2.6, middle: 0.14, rim: 0.55, decay: 0.45 },
  { ratio: 2.92, middle: 0.16, rim: 0.5, decay: 0.32 },
  { ratio: 3.12, middle: 0.08, rim: 0.6, decay: 0.36 },
  { ratio: 3.5, middle: 0.08, rim: 0.5, decay: 0.26 },
  { ratio: 3.62, middle: 0.1, rim: 0.3, decay: 0.2 },
  { ratio: 4.15, middle: 0.05, rim: 0.45, decay: 0.22 },
  { ratio: 5.05, middle: 0.03, rim: 0.36, decay: 0.16 },
];
const LOWEST = 104; // Hz
const CONTACT = 0.002; // seconds that the hand stays on the skin
const HALF = 64; // the velocity with the partials' written strengths
const SHORTER_AT_RIM = 0.55; // the frame damps
const NOISE = { middle: { level: 0.1, decay: 0.02, hz: 900 }, rim: { level: 0.25, decay: 0.014, hz: 2600 } };
const LONGEST = 1.1; // seconds; by then every partial has lost more than 80 dB
const CLOSE = 0.1; // seconds at the end in which what is left is brought to nothing

export class DrumStroke {
  active = false;
  private readonly n = PARTIALS.length;
  private readonly turn = new Float64Array(this.n); // 2 r cos w
  private readonly loss = new Float64Array(this.n); // r squared
  private readonly one = new Float64Array(this.n); // the last sample of each partial
  private readonly two = new Float64Array(this.n); // the one before
  private age = 0;
  private noise = 0;
  private noiseLoss = 0;
  private noiseSoft = 0;
  private soft = 0;
  private chance = 1;

  constructor(private readonly sampleRate: number) {}

  strike(rim: boolean, velocity: number): void {
    const force = velocity / HALF;
    PARTIALS.forEach((partial, index) => {
      const seconds = partial.decay * (rim ? SHORTER_AT_RIM : 1);
      const r = Math.exp(Math.log(0.001) / (seconds * this.sampleRate));
      const w = (2 * Math.PI * LOWEST * partial.ratio) / this.sampleRate;
      // a harder hand is brighter: the upper partials grow more than the lower
      const strength = (rim ? partial.rim : partial.middle) * Math.pow(force, 0.25 * (partial.ratio - 1));
      this.turn[index] = 2 * r * Math.cos(w);
      this.loss[index] = r * r;
      this.one[index] = 0;
      this.two[index] = -(strength * Math.sin(w)) / r;
    });
    const noise = rim ? NOISE.rim : NOISE.middle;
    this.noise = noise.level * Math.pow(force, 0.5);
    this.noiseLoss = Math.exp(Math.log(0.001) / (noise.decay * 4 * this.sampleRate));
    this.noiseSoft = Math.exp((-2 * Math.PI * noise.hz) / this.sampleRate);
    this.soft = 0;
    this.chance = 1 + velocity; // the same stroke sounds the same each time
    this.age = 0;
    this.active = true;
  }

  stop(): void {
    this.active = false;
  }

  /** Write the next samples over what is in ``target``. */
  render(target: Float32Array, count: number): void {
    const contact = CONTACT * this.sampleRate;
    const end = LONGEST * this.sampleRate;
    const close = CLOSE * this.sampleRate;
    for (let i = 0; i < count; i++) {
      if (this.age >= end) {
        this.active = false;
        target.fill(0, i, count);
        return;
      }
      let sum = 0;
      for (let p = 0; p < this.n; p++) {
        const next = this.turn[p]! * this.one[p]! - this.loss[p]! * this.two[p]!;
        this.two[p] = this.one[p]!;
        this.one[p] = next;
        sum += next;
      }
      this.chance = (Math.imul(this.chance, 1664525) + 1013904223) | 0;
      this.soft += (1 - this.noiseSoft) * (this.chance / 2147483648 - this.soft);
      sum += this.soft * this.noise;
      this.noise *= this.noiseLoss;
      if (this.age < contact) sum *= 0.5 - 0.5 * Math.cos((Math.PI * this.age) / contact);
      if (this.age > end - close) sum *= (end - this.age) / close;
      target[i] = sum * 0.25;
      this.age++;
    }
  }
}
