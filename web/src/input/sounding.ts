/**
 * Sounds the cues of a scan: a few sine tones, apart from the instrument, so that they are there before
 * its recordings are. Softer than any note that is played.
 */
import type { Tone } from "./cues";

const LOUDEST = 0.05; // of full scale, at full volume: about 26 dB under it
const SWELL = 0.03; // seconds: nothing clicks

export class Sounding {
  private context: AudioContext | null = null;

  constructor(private readonly volume: () => number) {}

  /** A cue, now. Without sound it stays silent: the words are there. */
  sound(tones: readonly Tone[]): void {
    try {
      this.context ??= new AudioContext();
    } catch {
      return;
    }
    const { context } = this;
    if (context.state === "suspended") void context.resume().catch(() => undefined);
    const from = context.currentTime + 0.02;
    for (const tone of tones) this.one(context, tone, from);
  }

  close(): void {
    void this.context?.close().catch(() => undefined);
    this.context = null;
  }

  private one(context: AudioContext, tone: Tone, from: number): void {
    const source = new OscillatorNode(context, { frequency: tone.hertz });
    const gain = new GainNode(context, { gain: 0 });
    const begins = from + tone.at;
    const ends = begins + tone.seconds;
    const level = LOUDEST * this.volume();
    if (tone.to !== undefined) {
      source.frequency.setValueAtTime(tone.hertz, begins);
      source.frequency.exponentialRampToValueAtTime(tone.to, ends);
    }
    gain.gain.setValueAtTime(0, begins);
    gain.gain.linearRampToValueAtTime(level, begins + SWELL);
    if (tone.fades) gain.gain.setTargetAtTime(0, begins + SWELL, tone.seconds / 4);
    else gain.gain.setTargetAtTime(0, ends - SWELL, SWELL);
    source.connect(gain).connect(context.destination);
    source.start(begins);
    source.stop(ends + 8 * SWELL);
  }
}
