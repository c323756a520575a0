/** A small quiet room around each of the two: an impulse made here, a convolver that can be left. */

const SECONDS = 1.1;
const PRE_DELAY = 0.012;
const DARKER = 0.35; // how much softer the highs are at the end than at the beginning, as a share of the pole

/** Noise that dies away, darker towards its end; the same every time, and of unit energy. */
export function impulse(context: BaseAudioContext, seed: number): AudioBuffer {
  const rate = context.sampleRate;
  const frames = Math.round(SECONDS * rate);
  const buffer = context.createBuffer(2, frames, rate);
  for (let side = 0; side < 2; side++) buffer.copyToChannel(tail(frames, rate, seed + side * 7919), side);
  return buffer;
}

export function tail(frames: number, rate: number, seed: number): Float32Array<ArrayBuffer> {
  const samples = new Float32Array(frames);
  const first = Math.round(PRE_DELAY * rate);
  let chance = seed | 0;
  let soft = 0;
  let energy = 0;
  for (let i = first; i < frames; i++) {
    const along = (i - first) / (frames - first);
    chance = (Math.imul(chance, 1664525) + 1013904223) | 0;
    const pole = 0.45 + DARKER * along;
    soft += (1 - pole) * (chance / 2147483648 - soft);
    const rise = Math.min(1, (i - first) / (0.01 * rate));
    samples[i] = soft * rise * Math.pow(10, -3 * along) * (1 - along);
    energy += samples[i]! * samples[i]!;
  }
  const unit = 1 / Math.sqrt(energy);
  for (let i = 0; i < frames; i++) samples[i]! *= unit;
  return samples;
}

/** One player's room. What still rings in it can be taken away. */
export class Room {
  private convolver: ConvolverNode;
  private wet: GainNode;

  constructor(
    private readonly context: AudioContext,
    private readonly source: AudioNode,
    private readonly output: number,
    private readonly target: AudioNode,
    private readonly buffer: AudioBuffer,
    private readonly level: number,
  ) {
    [this.convolver, this.wet] = this.open();
  }

  private open(): [ConvolverNode, GainNode] {
    const convolver = new ConvolverNode(this.context, { buffer: this.buffer, disableNormalization: true });
    const wet = new GainNode(this.context, { gain: this.level });
    this.source.connect(convolver, this.output);
    convolver.connect(wet).connect(this.target);
    return [convolver, wet];
  }

  /** What rings is gone within so many seconds; then a fresh room stands open. */
  hush(over: number): void {
    const now = this.context.currentTime;
    const { convolver, wet } = this;
    wet.gain.cancelScheduledValues(now);
    wet.gain.setValueAtTime(wet.gain.value, now);
    wet.gain.linearRampToValueAtTime(0, now + over);
    setTimeout(() => {
      if (this.convolver !== convolver) return; // hushed again meanwhile
      this.source.disconnect(convolver);
      wet.disconnect();
      [this.convolver, this.wet] = this.open();
    }, over * 1000 + 30);
  }
}
