/** What a person says about a place, recorded; the microphone is open only while they say it. */

const LONGEST = 5 * 60_000; // ms: then it is kept as it is
const BITS = 32_000; // a second: speech, and five minutes stay well within what the server takes
const KINDS = ["audio/webm;codecs=opus", "audio/ogg;codecs=opus", "audio/mp4"] as const;

export class Voice {
  private recorder: MediaRecorder | null = null;
  private parts: Blob[] = [];
  private timer: ReturnType<typeof setTimeout> | null = null;

  /** `full`: it has become as long as it may be. */
  constructor(private readonly full: () => void) {}

  /** Asks for the microphone and begins. Rejects where there is none, or it is not allowed. */
  async begin(): Promise<void> {
    this.drop();
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    const kind = KINDS.find((one) => MediaRecorder.isTypeSupported(one));
    const recorder = new MediaRecorder(stream, { audioBitsPerSecond: BITS, ...(kind === undefined ? {} : { mimeType: kind }) });
    this.parts = [];
    recorder.ondataavailable = (event) => this.parts.push(event.data);
    recorder.start();
    this.recorder = recorder;
    this.timer = setTimeout(this.full, LONGEST);
  }

  /** All that was said. */
  end(): Promise<Blob> {
    const { recorder } = this;
    if (recorder === null) return Promise.resolve(new Blob());
    return new Promise((resolve) => {
      recorder.onstop = () => resolve(new Blob(this.parts, { type: recorder.mimeType.split(";")[0] ?? "" }));
      this.close();
    });
  }

  /** Nothing of it is kept. */
  drop(): void {
    if (this.recorder !== null) this.close();
    this.parts = [];
  }

  private close(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    const { recorder } = this;
    this.recorder = null;
    if (recorder === null) return;
    if (recorder.state !== "inactive") recorder.stop();
    for (const track of recorder.stream.getTracks()) track.stop(); // its light goes out
  }
}
