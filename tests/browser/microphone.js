// Put into a page before its own code: what the microphone gives passes through here, so that a test can pull
// the plug, and mix the page's own sound into it as a loudspeaker would, so much quieter and a little later.
(() => {
  const GAIN = %GAIN%; // of the page's own sound in the microphone; 0: none
  const LATER = 0.02; // seconds through the air
  const room = { streams: [], asked: [] };
  window.room = room;
  const sounds = new Map(); // each with the context that it leaves
  const connect = AudioNode.prototype.connect;
  AudioNode.prototype.connect = function (...args) {
    if (GAIN > 0 && args[0] instanceof AudioDestinationNode && this.name !== "microphone" && !this.context.mine) {
      const loudspeaker = new MediaStreamAudioDestinationNode(this.context, { channelCount: 1 });
      connect.call(this, loudspeaker);
      sounds.set(loudspeaker.stream, this.context);
    }
    return connect.apply(this, args);
  };
  // A hand that taps along with whatever is struck, so many ms before it.
  const EARLY = 60;
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (at) {
    const stamp = this.context.getOutputTimestamp();
    const leaves = stamp.performanceTime + 1000 * (at - stamp.contextTime);
    setTimeout(() => {
      if (room.hand) window.dispatchEvent(new KeyboardEvent("keydown", { code: "KeyF", bubbles: true }));
    }, leaves - EARLY - performance.now());
    return start.call(this, at);
  };
  const media = navigator.mediaDevices;
  const get = media.getUserMedia.bind(media);
  media.getUserMedia = async (asked) => {
    room.asked.push(asked);
    const stream = await get(asked);
    room.streams.push(stream);
    if (GAIN === 0) return stream;
    const context = new AudioContext();
    context.mine = true;
    const mix = new MediaStreamAudioDestinationNode(context, { channelCount: 1 });
    connect.call(context.createMediaStreamSource(stream), mix);
    const gain = new GainNode(context, { gain: GAIN });
    connect.call(gain, mix);
    const heard = new Set();
    setInterval(() => {
      for (const [sound, from] of sounds) {
        // What is tapped here has not gone through the device yet: that takes as long as the context says.
        if (heard.has(sound) || from.state !== "running" || !(from.outputLatency > 0)) continue;
        heard.add(sound);
        const later = new DelayNode(context, { delayTime: LATER + from.outputLatency });
        connect.call(connect.call(context.createMediaStreamSource(sound), later), gain);
      }
    }, 50);
    return mix.stream;
  };
  room.unplug = () => {
    for (const stream of room.streams) {
      for (const track of stream.getTracks()) {
        track.stop();
        track.dispatchEvent(new Event("ended"));
      }
    }
  };
})();
