// Put into every page before its own code: ears that hear what is really rendered, and what is said
// on the socket. The product has no hooks for this; everything is wrapped from outside.
(() => {
  const ears = {
    sounds: { maker: [], partner: [], out: [] }, // [frame, peak] of each quantum, and its first loud sample
    reports: [], // what the audio thread tells of each note
    told: [], // what the page tells the audio thread, with the frame at that moment
    socket: [], // every message, with performance.now()
    stamps: [], // [performance ms, context s] of the frame that leaves the device
    contexts: [],
    csp: [],
  };
  window.ears = ears;
  const TAP = %TAP%;
  const LISTENING = "%LISTENING%" === "yes"; // the tap is code that the page's own policy would not allow
  document.addEventListener("securitypolicyviolation", (e) => ears.csp.push(e.violatedDirective + " " + e.blockedURI));

  const connect = AudioNode.prototype.connect;
  const tapped = new Map();
  async function tap(node, output, name) {
    if (!LISTENING) return;
    const context = node.context;
    await context.audioWorklet.addModule(URL.createObjectURL(new Blob([TAP], { type: "text/javascript" })));
    const recorder = new AudioWorkletNode(context, "tap", { numberOfOutputs: 1 });
    recorder.port.onmessage = (event) => ears.sounds[name].push(...event.data);
    connect.call(node, recorder, output);
    connect.call(recorder, context.destination); // so that it is pulled; it is silent
  }
  AudioNode.prototype.connect = function (...args) {
    const [to, output = 0] = args;
    const synth = this instanceof AudioWorkletNode && this.numberOfOutputs === 2;
    if (synth && !tapped.has(this)) tapped.set(this, new Set());
    if (synth && !tapped.get(this).has(output)) {
      tapped.get(this).add(output);
      void tap(this, output, output === 0 ? "maker" : "partner");
    }
    if (this.name === "microphone") return connect.apply(this, args); // it sounds nothing
    if (to instanceof AudioDestinationNode && !ears.contexts.includes(this.context)) {
      const context = this.context;
      ears.contexts.push(context);
      void tap(this, 0, "out");
      setInterval(() => {
        const stamp = context.getOutputTimestamp();
        if (context.state === "running" && stamp.performanceTime) {
          ears.stamps.push([stamp.performanceTime, stamp.contextTime]);
        }
      }, 40);
    }
    return connect.apply(this, args);
  };

  const Node = window.AudioWorkletNode;
  window.AudioWorkletNode = class extends Node {
    constructor(context, name, options) {
      super(context, name, options);
      this.name = name;
      if (name !== "undersong") return;
      this.port.addEventListener("message", (event) => {
        if (event.data.type === "sounded") ears.reports.push(event.data.report);
      });
      const post = this.port.postMessage.bind(this.port);
      this.port.postMessage = (message, ...rest) => {
        if (message.type !== "bank") {
          ears.told.push({ ...message, frame: Math.round(context.currentTime * context.sampleRate), now: performance.now() });
        }
        return post(message, ...rest);
      };
    }
  };

  const sound = (frame) => {
    const samples = new Int16Array(frame, 8);
    const at = new DataView(frame).getFloat64(0, true);
    return { type: "(sound)", at, samples: samples.length, peak: Math.max(...samples.map(Math.abs)) / 32768 };
  };
  const Socket = window.WebSocket;
  window.WebSocket = class extends Socket {
    constructor(...args) {
      super(...args);
      ears.sockets = (ears.sockets ?? 0) + 1;
      ears.last = this;
      this.addEventListener("message", (event) => {
        ears.socket.push({ ...JSON.parse(event.data), back: performance.now() });
      });
      this.addEventListener("close", () => ears.socket.push({ type: "(closed)", back: performance.now() }));
    }
    send(data) {
      const message = typeof data === "string" ? JSON.parse(data) : sound(data);
      ears.socket.push({ ...message, out: true, back: performance.now() });
      super.send(data);
    }
  };

  // A MIDI keyboard that a test plays.
  const input = new EventTarget();
  Object.assign(input, { id: "k1", name: "Test keys", state: "connected", onmidimessage: null });
  const access = { inputs: new Map([["k1", input]]), outputs: new Map(), onstatechange: null };
  navigator.requestMIDIAccess = async (options) => {
    ears.midiAsked = options ?? {};
    return access;
  };
  ears.midi = (...data) => input.onmidimessage?.({ data: Uint8Array.from(data), timeStamp: performance.now() });
  ears.unplug = () => {
    input.state = "disconnected";
    access.inputs.delete("k1");
    access.onstatechange?.({ port: input });
  };
})();
