// Hears one output: for every render quantum that is not silent, its frame, its peak, its first sample
// above a thousandth, and its first onset (a sample far above what the last 10 ms had), or -1; silent
// quanta are told once.
const BEFORE = 0.01; // seconds
const RISE = 1.8; // how many times louder an onset is than what was before it
class Tap extends AudioWorkletProcessor {
  constructor() {
    super();
    this.silent = false;
    this.waiting = [];
    this.past = new Float32Array(Math.round(BEFORE * sampleRate)); // sizes of the latest samples, a ring
    this.at = 0;
    this.rested = 0; // samples until another onset can be told
  }
  loudest() {
    let most = 0;
    for (const size of this.past) if (size > most) most = size;
    return most;
  }
  process(inputs) {
    const [left = [], right = []] = inputs[0];
    let peak = 0;
    let first = -1;
    let onset = -1;
    let before = this.silent && left.length === 0 ? 0 : this.loudest();
    for (let i = 0; i < left.length; i++) {
      const size = Math.max(Math.abs(left[i]), Math.abs(right[i] ?? 0));
      if (size > peak) peak = size;
      if (size > 0.001 && first < 0) first = i;
      if (this.rested > 0) this.rested--;
      else if (size > 0.002 && size > RISE * before) {
        if (onset < 0) onset = i;
        this.rested = this.past.length * 4;
      }
      this.past[this.at] = size;
      this.at = (this.at + 1) % this.past.length;
    }
    if (peak > 0 || !this.silent) this.waiting.push([currentFrame, peak, first, onset]);
    this.silent = peak === 0;
    if (this.waiting.length >= 16 || (this.silent && this.waiting.length > 0)) {
      this.port.postMessage(this.waiting);
      this.waiting = [];
    }
    return true;
  }
}
registerProcessor("tap", Tap);
