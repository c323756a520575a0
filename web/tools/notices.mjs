/**
 * Writes public/notices.txt: the licences of everything that the built page carries and that others
 * made. The packages are those whose code or files end in the bundle; the build fails if one has none.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const web = join(dirname(fileURLToPath(import.meta.url)), "..");
const PACKAGES = [
  "svelte",
  "clsx",
  "esm-env",
  "spessasynth_core",
  "stb-vorbis",
  "@fontsource-variable/newsreader",
  "@fontsource-variable/atkinson-hyperlegible-next",
];
// Inside spessasynth_core, without a file of its own there.
const FFLATE = `fflate (inside spessasynth_core)
MIT License, Copyright (c) Arjun Barrett. Permission is granted under the terms of the MIT licence, as
printed above for other packages; https://github.com/101arrowz/fflate`;

function licence(name) {
  const folder = join(web, "node_modules", name);
  const about = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
  if (file === undefined) throw new Error(`${name} ships no licence text; see what it says and add it here.`);
  const text = readFileSync(join(folder, file), "utf8").trim();
  return `${name} ${about.version} (${about.license})\n\n${text}`;
}

const bank = join(web, "public", "sound", "NOTICE.txt");
if (!existsSync(bank)) throw new Error("Cut the sound bank first: node tools/bank.mjs");
const parts = [
  "Undersong's page is built with the following, each under its own licence.",
  ...PACKAGES.map(licence),
  FFLATE,
  `The sound bank\n\n${readFileSync(bank, "utf8").trim()}`,
];
writeFileSync(join(web, "public", "notices.txt"), parts.join(`\n\n${"-".repeat(80)}\n\n`) + "\n");
