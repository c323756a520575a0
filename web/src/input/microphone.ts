/**
 * The microphone: asked for from a button, never otherwise; what the browser would do to a voice on a
 * call (echo, noise, level) is switched off. Blocks come with the moment at which they sounded.
 */
import { Bridge, readOutput } from "../sound/bridge";
import workletUrl from "./microphone-worklet?worker&url";

/** From the audio thread: `frame` of the context at the first sample. */
export interface Block {
  readonly frame: number;
  readonly samples: Int16Array<ArrayBuffer>;
}

/**
 * "missing": this browser has no microphone to give; "refused": the person or the browser said no;
 * "none": nothing is plugged in; "busy": something else holds it; "failed": it was given, and could not be heard.
 */
export type MicrophoneAnswer = "on" | "missing" | "refused" | "none" | "busy" | "failed";

export interface MicrophoneOut {
  microphoneOn(rate: number): void;
  /** A block that began to sound at `when` (performance milliseconds). */
  microphoneSound(samples: Int16Array<ArrayBuffer>, when: number): void;
  microphoneOff(lost: boolean): void;
}

const ASKED: MediaStreamConstraints = {
  audio: { channelCount: 1, echoCancellation: false, noiseSuppression: false, autoGainControl: false },
};
const FIRST_READINGS = 15;
const READ_EVERY = 250; // ms
const UNKNOWN_INPUT = 0.01; // seconds that a device takes, where the browser does not say

export class Microphone {
  private stream: MediaStream | null = null;
  private context: AudioContext | null = null;
  private node: AudioWorkletNode | null = null;
  private reader: ReturnType<typeof setInterval> | null = null;
  private readonly bridge = new Bridge();
  private opening: Promise<MicrophoneAnswer> | null = null;

  /** `roundTrip`: seconds from a sound's place in the context to its echo there, where a sound check
   * measured it. */
  constructor(
    private readonly out: MicrophoneOut,
    private readonly roundTrip: () => number | null,
  ) {}

  get on(): boolean {
    return this.node !== null;
  }

  /** To be called in the person's gesture. */
  open(): Promise<MicrophoneAnswer> {
    if (this.node !== null) return Promise.resolve("on");
    this.opening ??= this.ask()
      .catch((): MicrophoneAnswer => {
        this.release();
        return "failed";
      })
      .finally(() => (this.opening = null));
    return this.opening;
  }

  private async ask(): Promise<MicrophoneAnswer> {
    // Only where a page is secure does the browser have this at all.
    const media = navigator.mediaDevices as MediaDevices | undefined;
    if (media === undefined) return "missing";
    const context = new AudioContext({ latencyHint: "interactive" }); // before anything is awaited
    this.context = context;
    const resumed = context.resume();
    try {
      const stream = await media.getUserMedia(ASKED);
      // Closed while the person was asked: what comes now is let go, or its light would stay on.
      if (this.context !== context) {
        for (const track of stream.getTracks()) track.stop();
        return "refused";
      }
      this.stream = stream;
    } catch (error) {
      if (this.context === context) this.release();
      return answerOf(error);
    }
    await context.audioWorklet.addModule(workletUrl);
    await resumed;
    if (this.context !== context) return "refused"; // closed meanwhile
    const node = new AudioWorkletNode(context, "microphone", { numberOfInputs: 1, outputChannelCount: [1] });
    for (const track of this.stream.getAudioTracks()) track.onended = () => this.lost();
    for (let i = 0; i < FIRST_READINGS; i++) {
      readOutput(context, this.bridge);
      await new Promise((resolve) => setTimeout(resolve, 8));
    }
    if (this.context !== context) return "refused";
    this.reader = setInterval(() => readOutput(context, this.bridge), READ_EVERY);
    this.node = node;
    this.out.microphoneOn(context.sampleRate);
    node.port.onmessage = (event: MessageEvent<Block>) => this.pass(event.data);
    context.createMediaStreamSource(this.stream).connect(node).connect(context.destination); // it gives silence
    return "on";
  }

  private pass({ frame, samples }: Block): void {
    const { context } = this;
    if (context === null) return;
    const passed = this.bridge.performanceAt(frame / context.sampleRate);
    this.out.microphoneSound(samples, passed - 1000 * this.wayRound);
  }

  /** Seconds from a frame's way out to the frame in which its echo comes in. */
  private get wayRound(): number {
    const measured = this.roundTrip();
    if (measured !== null) return measured;
    const latency = (this.stream?.getAudioTracks()[0]?.getSettings() as { latency?: number } | undefined)?.latency;
    return (this.context?.outputLatency ?? 0) + (latency ?? UNKNOWN_INPUT);
  }

  /** The device was pulled out, or the system took it away. */
  private lost(): void {
    if (this.node === null) return;
    this.release();
    this.out.microphoneOff(true);
  }

  close(): void {
    const wasOn = this.on;
    this.release();
    if (wasOn) this.out.microphoneOff(false);
  }

  private release(): void {
    if (this.reader !== null) clearInterval(this.reader);
    for (const track of this.stream?.getTracks() ?? []) {
      track.onended = null;
      track.stop();
    }
    if (this.node !== null) this.node.port.onmessage = null;
    void this.context?.close();
    this.bridge.forget();
    this.reader = this.stream = this.node = this.context = null;
  }
}

/** Which of the answers an error of the browser's is. */
export function answerOf(error: unknown): MicrophoneAnswer {
  const name = error instanceof Error || error instanceof DOMException ? error.name : "";
  if (name === "NotFoundError" || name === "OverconstrainedError") return "none";
  return name === "NotReadableError" || name === "AbortError" ? "busy" : "refused";
}
