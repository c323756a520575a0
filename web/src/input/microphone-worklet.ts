/** The microphone's audio thread: gathers what comes in into blocks of 16-bit samples, with their frame. */

import type { Block } from "./microphone";

// The names of this scope, which the page's own types do not know.
declare const currentFrame: number;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;

const LENGTH = 512; // samples, about 11 ms

class Gathering extends AudioWorkletProcessor {
  private samples = new Int16Array(LENGTH);
  private filled = 0;
  private begins = 0; // frame of the first sample

  process(inputs: Float32Array[][]): boolean {
    const heard = inputs[0]?.[0];
    if (heard === undefined) {
      this.filled = 0; // a stretch without sound is not joined to what comes after it
      return true;
    }
    for (let i = 0; i < heard.length; i++) {
      if (this.filled === 0) this.begins = currentFrame + i;
      const value = Math.max(-1, Math.min(1, heard[i] ?? 0));
      this.samples[this.filled++] = Math.round(value * 32767);
      if (this.filled === LENGTH) this.pass();
    }
    return true;
  }

  private pass(): void {
    const block: Block = { frame: this.begins, samples: this.samples };
    this.port.postMessage(block, [this.samples.buffer]);
    this.samples = new Int16Array(LENGTH);
    this.filled = 0;
  }
}

registerProcessor("microphone", Gathering);
