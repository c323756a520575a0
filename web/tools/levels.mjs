/**
 * Measures every sound of the bank and writes src/sound/levels.json: the gain that makes each note
 * as loud as its velocity says, and how long it takes to speak. Prints what is left to be desired.
 * Run it after a change of the bank, the voices or the drum: node tools/levels.mjs
 */

import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createServer } from "vite";
import "./bank.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const target = new URL("../src/sound/levels.json", import.meta.url);
const bytes = readFileSync(new URL("../public/sound/bank.sf3", import.meta.url));
const bank = () => bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);

const VELOCITIES = [10, 20, 35, 50, 63, 65, 74, 76, 90, 105, 127]; // on both sides of the steps that recordings make
const BETWEEN = [25, 45, 76, 105]; // velocities and pitches at which the result is judged
const range = (from, to, step) => Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, i) => from + i * step);
const PITCHES = {
  bass: range(33, 69, 1),
  chords: range(43, 85, 1),
  melody: range(48, 96, 1),
  drum: [41, ...range(57, 84, 3)],
  rim: [37],
};
const MAKER_PITCHES = range(36, 96, 1);
const FURTHEST = 14; // dB by which a pitch's trim may differ from the middle one at its velocity
const STEEPEST = 18; // dB by which a note's highest sample may exceed its loudness: no clicks

const vite = await createServer({
  root,
  configFile: false,
  logLevel: "error",
  appType: "custom",
  server: { middlewareMode: true, ws: false },
  optimizeDeps: { noDiscovery: true },
});
try {
  const measure = await vite.ssrLoadModule("/src/sound/measure.ts");
  const { TIMBRES } = await vite.ssrLoadModule("/src/sound/voices.ts");
  const sounds = [...new Set([...TIMBRES, ...Object.keys(PITCHES)])];
  const raw = await measure.Studio.open(bank(), measure.untrimmed(sounds));
  const levels = { velocities: VELOCITIES, sounds: {} };
  for (const sound of sounds) levels.sounds[sound] = trims(measure, raw, sound);
  writeFileSync(target, format(levels));
  report(measure, await measure.Studio.open(bank(), levels), levels);
} finally {
  await vite.close();
}

function wanted(measure, velocity) {
  return measure.LOUDEST + 40 * Math.log10(velocity / 127);
}

function trims(measure, studio, sound) {
  const pitches = PITCHES[sound] ?? MAKER_PITCHES;
  const attacks = pitches.map((pitch) => measure.attackOf(studio.note(sound, pitch, 70, 0.3)));
  const rows = pitches.map((pitch, index) =>
    VELOCITIES.map((velocity) => {
      const heard = studio.note(sound, pitch, velocity, attacks[index] + measure.WINDOW);
      const even = wanted(measure, velocity) - measure.loudness(heard, attacks[index], measure.WINDOW);
      return Math.min(even, wanted(measure, velocity) + STEEPEST - peak(heard));
    }),
  );
  const middle = VELOCITIES.map((_, column) => median(rows.map((row) => row[column])));
  const kept = rows.map((row) =>
    row.map((value, column) => {
      const near = Math.max(middle[column] - FURTHEST, Math.min(middle[column] + FURTHEST, value));
      return Math.round(near * 10) / 10;
    }),
  );
  return { pitches, trims: kept, attacks: attacks.map((seconds) => Math.round(seconds * 10000) / 10) };
}

function peak({ left, right }) {
  let highest = 1e-9;
  for (const side of [left, right]) for (const sample of side) highest = Math.max(highest, Math.abs(sample));
  return 20 * Math.log10(highest);
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

function report(measure, studio, levels) {
  console.log("sound        trim dB (v 20/63/105)    residual dB mean/worst   attack ms (low..high)   peak v100 dBFS");
  for (const [sound, { pitches, trims: rows, attacks }] of Object.entries(levels.sounds)) {
    const off = [];
    let highest = -Infinity;
    pitches.forEach((pitch, index) => {
      if (pitch < 48 && sound !== "bass" && pitches.length > 1) return;
      if (pitch > 84 || (index % 3 !== 0)) return;
      const attack = attacks[index] / 1000;
      for (const velocity of BETWEEN) {
        const heard = studio.note(sound, pitch, velocity, attack + measure.WINDOW);
        off.push(Math.abs(measure.loudness(heard, attack, measure.WINDOW) - wanted(measure, velocity)));
      }
      highest = Math.max(highest, peak(studio.note(sound, pitch, 100, 0.3)));
    });
    const row = rows[Math.floor(rows.length / 2)];
    const mean = off.reduce((a, b) => a + b, 0) / off.length;
    console.log(
      sound.padEnd(12),
      [20, 63, 105].map((v) => row[VELOCITIES.indexOf(v)].toFixed(1).padStart(6)).join(" "),
      " ".repeat(6),
      `${mean.toFixed(2)} / ${Math.max(...off).toFixed(2)}`.padEnd(22),
      `${Math.min(...attacks)}..${Math.max(...attacks)}`.padEnd(22),
      highest.toFixed(1),
    );
  }
  const lost = range(36, 57, 3).map((pitch) => {
    const heard = studio.note("bass", pitch, 60, 1.5);
    return `${pitch}: ${measure.lostBelow200(heard, 1.5).toFixed(1)}`;
  });
  console.log("bass, dB lost below 200 Hz:", lost.join("  "));
  const held = studio.note("bass", 45, 60, 56);
  const along = [1, 10, 30, 55].map((at) => `${at} s: ${measure.loudness(held, at, 0.5).toFixed(1)}`);
  console.log("bass held, LUFS:", along.join("  "));
}

function format(levels) {
  const rows = (table) => table.map((row) => `        [${row.join(", ")}]`).join(",\n");
  const sounds = Object.entries(levels.sounds).map(
    ([sound, { pitches, trims: table, attacks }]) =>
      `    "${sound}": {\n      "pitches": [${pitches.join(", ")}],\n      "attacks": [${attacks.join(", ")}],\n` +
      `      "trims": [\n${rows(table)}\n      ]\n    }`,
  );
  return `{\n  "velocities": [${levels.velocities.join(", ")}],\n  "sounds": {\n${sounds.join(",\n")}\n  }\n}\n`;
}
