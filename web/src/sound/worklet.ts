/** The audio thread: our synthesiser between the page's messages and two stereo outputs. */

import type { Timbre } from "./instrument";
import type { FromWorklet, ToWorklet } from "./messages";
import { Meter } from "./meter";
import { Synth } from "./synth";

// The names of this scope, which the page's own types do not know.
declare const currentFrame: number;
declare const sampleRate: number;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;

const LOOK_EVERY = 64; // render quanta, about a fifth of a second
const METER_EVERY = 5 * LOOK_EVERY; // about a second
const BEHIND = 60; // ms by which that may take longer than it lasts
const STOPPED = 1000; // ms: not slow, but suspended meanwhile

class Undersong extends AudioWorkletProcessor {
  private synth: Synth | null = null;
  private announced = false;
  private quiet = true;
  private quanta = 0;
  private looked = 0;
  private readonly meter = new Meter(sampleRate);

  constructor() {
    super();
    this.port.onmessage = (event: MessageEvent<ToWorklet>) => this.told(event.data);
  }

  private tell(message: FromWorklet): void {
    this.port.postMessage(message);
  }

  private told(message: ToWorklet): void {
    if (message.type === "bank") {
      this.load(message.bytes, message.timbre).catch((error: unknown) => {
        this.tell({ type: "failed", why: String(error) });
      });
      return;
    }
    const synth = this.synth;
    if (synth === null) return; // nothing can sound yet: what was asked for is past by then
    switch (message.type) {
      case "on":
        return synth.makerOn(message.key, message.pitch, message.velocity, message.own);
      case "off":
        return synth.makerOff(message.key);
      case "tap":
        return synth.makerTap(message.key, message.velocity, message.own);
      case "pedal":
        return synth.makerPedal(message.down);
      case "offAll":
        return synth.makerOffAll();
      case "again":
        return synth.makerAgain(message.at, message.event);
      case "play":
        return synth.play(message.note);
      case "retract":
        return synth.retract(message.id);
      case "release":
        return synth.release(message.id, message.at, message.over);
      case "silence":
        return synth.silence(message.over);
      case "timbre":
        return synth.setTimbre(message.timbre);
      case "mute":
        return synth.mute(message.muted);
      case "breathe":
        return synth.breathe(message.ground, message.breath);
      case "follow":
        return synth.follow(message.breath);
      case "leave":
        return synth.leave();
    }
  }

  /** Reading and decoding stop this thread for a moment: it is done once, before any sound. */
  private async load(bytes: ArrayBuffer, timbre: Timbre): Promise<void> {
    const synth = await Synth.load(bytes, sampleRate, (report) => this.tell({ type: "sounded", report }));
    synth.decode();
    synth.setTimbre(timbre);
    this.synth = synth;
  }

  process(_inputs: Float32Array[][], outputs: Float32Array[][]): boolean {
    const synth = this.synth;
    const [makerL, makerR] = outputs[0] ?? [];
    const [partnerL, partnerR] = outputs[1] ?? [];
    if (synth === null || !makerL || !makerR || !partnerL || !partnerR) return true;
    synth.render(makerL, makerR, partnerL, partnerR, currentFrame, makerL.length);
    if (synth.sounding > 0) this.meter.hear(makerL, makerR, partnerL, partnerR);
    if (!this.announced) {
      this.announced = true;
      this.tell({ type: "ready" });
    }
    if (++this.quanta % LOOK_EVERY === 0) {
      this.watchQuiet(synth.sounding === 0);
      if (this.quanta % METER_EVERY === 0) this.tellLoudness();
      this.watchPace((LOOK_EVERY * makerL.length * 1000) / sampleRate);
    }
    return true;
  }

  /** For browsers that do not count drop-outs themselves. */
  private watchPace(lasts: number): void {
    const now = Date.now();
    const over = now - this.looked - lasts;
    if (this.looked > 0 && over > BEHIND && over < STOPPED) this.tell({ type: "behind" });
    this.looked = now;
  }

  private tellLoudness(): void {
    const { energy, frames } = this.meter.tell();
    if (frames > 0) this.tell({ type: "loud", energy, frames });
  }

  /** The page rebuilds its context, when it must, only while nothing sounds. */
  private watchQuiet(quiet: boolean): void {
    if (quiet === this.quiet) return;
    this.quiet = quiet;
    this.tell({ type: "quiet", quiet });
  }
}

registerProcessor("undersong", Undersong);
