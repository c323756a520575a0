/** One audio context with everything in it: our synthesiser, two small rooms, the volume, the ceiling. */

import { Bridge, readOutput } from "./bridge";
import { CEILING_INPUT, ceilingCurve } from "./ceiling";
import type { Timbre } from "./instrument";
import type { FromWorklet, ToWorklet } from "./messages";
import { impulse, Room } from "./room";
import type { Volume } from "./volume";
import workletUrl from "./worklet?worker&url";

export type Hint = "interactive" | number;

/** Why there is no sound. */
export class SoundError extends Error {
  constructor(
    readonly reason: "timeout" | "unsupported" | "fetch",
    detail: string,
  ) {
    super(detail);
    this.name = "SoundError";
  }
}

const WET = 0.16; // of each room, against the dry sound
const FIRST_READINGS = 15;
const READ_EVERY = 250; // ms

/** What some browsers tell of drop-outs. */
interface Playback {
  readonly playbackStats?: { readonly underrunEvents?: number };
}

export class Stage {
  readonly context: AudioContext;
  readonly bridge = new Bridge();
  quiet = true;
  onMessage: ((message: FromWorklet) => void) | null = null;
  private node: AudioWorkletNode | null = null;
  private partnerRoom: Room | null = null;
  private readonly master: GainNode;
  private reader: ReturnType<typeof setInterval> | null = null;

  /** To be made within the person's gesture: only there may a context begin to sound. */
  constructor(
    readonly hint: Hint,
    private readonly volume: Volume,
  ) {
    if (typeof AudioContext === "undefined" || typeof AudioWorkletNode === "undefined") {
      throw new SoundError("unsupported", "This browser cannot make sound here (no AudioWorklet).");
    }
    this.context = new AudioContext({ latencyHint: hint });
    this.master = new GainNode(this.context, { gain: 0 });
  }

  /** Resolves once the audio thread has read the bank and renders. */
  async open(bank: ArrayBuffer | Promise<ArrayBuffer>, timbre: Timbre): Promise<void> {
    const { context } = this;
    const resumed = context.resume();
    await context.audioWorklet.addModule(workletUrl).catch((error: unknown) => {
      throw new SoundError("unsupported", `The sound's program did not load: ${String(error)}`);
    });
    const bytes = await bank;
    const node = new AudioWorkletNode(context, "undersong", {
      numberOfInputs: 0,
      numberOfOutputs: 2,
      outputChannelCount: [2, 2],
    });
    this.node = node;
    this.wire(node);
    const ready = new Promise<void>((resolve, reject) => {
      node.onprocessorerror = () => reject(new SoundError("unsupported", "The audio thread failed."));
      node.port.onmessage = (event: MessageEvent<FromWorklet>) => {
        const message = event.data;
        if (message.type === "ready") resolve();
        else if (message.type === "failed") reject(new SoundError("unsupported", message.why));
        else if (message.type === "quiet") this.quiet = message.quiet;
        this.onMessage?.(message);
      };
    });
    this.tell({ type: "bank", bytes, timbre });
    await resumed;
    await ready;
    this.volume.start(this.master.gain, context.currentTime);
    for (let i = 0; i < FIRST_READINGS; i++) {
      readOutput(context, this.bridge);
      await new Promise((resolve) => setTimeout(resolve, 8));
    }
    this.reader = setInterval(() => readOutput(context, this.bridge), READ_EVERY);
  }

  private wire(node: AudioWorkletNode): void {
    const { context, master } = this;
    for (const output of [0, 1]) node.connect(master, output);
    new Room(context, node, 0, master, impulse(context, 11), WET);
    this.partnerRoom = new Room(context, node, 1, master, impulse(context, 23), WET);
    const input = new GainNode(context, { gain: CEILING_INPUT });
    const ceiling = new WaveShaperNode(context, { curve: ceilingCurve(), oversample: "none" });
    master.connect(input).connect(ceiling).connect(context.destination);
  }

  tell(message: ToWorklet): void {
    this.node?.port.postMessage(message);
  }

  changeVolume(): void {
    this.volume.change(this.master.gain, this.context.currentTime);
  }

  hushRoom(over: number): void {
    this.partnerRoom?.hush(over);
  }

  frame(contextTime: number): number {
    return Math.round(contextTime * this.context.sampleRate);
  }

  get outputLatency(): number {
    return this.context.outputLatency || this.context.baseLatency || 0;
  }

  /** Drop-outs as the browser counts them; null where it does not. */
  get underruns(): number | null {
    return (this.context as Playback).playbackStats?.underrunEvents ?? null;
  }

  async close(): Promise<void> {
    if (this.reader !== null) clearInterval(this.reader);
    this.onMessage = null;
    this.node?.disconnect();
    if (this.context.state !== "closed") await this.context.close();
  }
}
