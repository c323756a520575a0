/**
 * Writes public/evidence.html from docs/evidence.md, so that the page in the app and the one in the
 * documents never differ. Knows headings, paragraphs, lists, *emphasis* and **stress**, and nothing else.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { frame, plain } from "./frame.mjs";

const read = (path) => readFileSync(new URL(path, import.meta.url), "utf8");
const en = JSON.parse(read("../src/texts/en.json"));

const inline = (text) =>
  plain(text.replace(/\s*\n\s*/g, " "))
    .replace(/\*\*([^*]+)\*\*/g, "<strong>$1</strong>")
    .replace(/\*([^*]+)\*/g, "<em>$1</em>");

function block(text) {
  if (text.startsWith("# ")) return `      <h1>${inline(text.slice(2))}</h1>`;
  if (text.startsWith("## ")) return `      <h2>${inline(text.slice(3))}</h2>`;
  if (!text.startsWith("- ")) return `      <p>${inline(text)}</p>`;
  const items = text.slice(2).split(/\n- /).map((item) => `        <li>${inline(item)}</li>`);
  return ['      <ul class="points">', ...items, "      </ul>"].join("\n");
}

const blocks = read("../../docs/evidence.md").trim().split(/\n{2,}/);
const html = frame(en, blocks[0].replace(/^# /, ""), blocks.map(block));
writeFileSync(new URL("../public/evidence.html", import.meta.url), html);
