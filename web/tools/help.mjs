/**
 * Writes public/help.html and public/help.css: the help of the page as a page of its own, that needs
 * no script and no server, for when the rest of Undersong does not start. From the same texts, so
 * that the two never differ; the same bytes from the same texts.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { frame, plain } from "./frame.mjs";

const read = (path) => readFileSync(new URL(path, import.meta.url), "utf8");
const write = (path, text) => writeFileSync(new URL(path, import.meta.url), text);

const en = JSON.parse(read("../src/texts/en.json"));
const { contacts, first, rule, honest, unseen } = JSON.parse(read("../src/texts/contacts.json"));
const { help } = en;

function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

const paragraph = (text) => `      <p>${plain(text)}</p>`;
const item = (text) => `        <li>${plain(text)}</li>`;

function section(id, title, lines) {
  return [`    <section id="${id}" aria-labelledby="${id}-title">`, `      <h2 id="${id}-title">${plain(title)}</h2>`, ...lines, "    </section>"];
}

function contact({ where, who, number, dial, checked, source, seen }) {
  const read = `${fill(help.now.source, { source })}, ${fill(help.now.checked, { date: checked })}`;
  const from = seen ? read : `${read} ${unseen}`;
  return [
    "        <li>",
    `          <span>${plain(where)}</span>`,
    `          <a href="tel:${plain(dial)}">${plain(number)}</a>`,
    `          <span>${plain(who)}</span>`,
    `          <small>${plain(from)}</small>`,
    "        </li>",
  ];
}

const { play, stop, now, is, privacy } = help;
const html = frame(en, help.title, [
  `    <h1>${plain(help.title)}</h1>`,
  `    <p><a href="#now">${plain(now.title)}</a></p>`,
  ...section("play", play.title, [
    "      <ul>",
    ...[play.keys, play.touch, play.midi, play.tap, play.switch, play.voice, play.beside].map(item),
    "      </ul>",
    paragraph(play.wrong),
  ]),
  ...section("stop", stop.title, [stop.rest, stop.finish].map(paragraph)),
  ...section("now", now.title, [
    paragraph(first),
    paragraph(now.a),
    '      <ul class="contacts">',
    ...contacts.flatMap(contact),
    "      </ul>",
    paragraph(rule),
    `      <p class="quiet">${plain(honest)}</p>`,
  ]),
  ...section("is", is.title, [
    ...[is.a, is.b].map(paragraph),
    `      <p><a href="evidence.html">${plain(is.evidence)}</a></p>`,
  ]),
  ...section("privacy", privacy.title, [paragraph(privacy.a)]),
]);

// The page's own colours; its typefaces where they are installed, since nothing is loaded here.
const css = `${read("../src/ui/colours.css")}
*, *::before, *::after {
  box-sizing: border-box;
}
html {
  background: linear-gradient(var(--sky-high), var(--sky-low)) fixed var(--sky-low);
  color: var(--ink);
  font: 400 106.25% / 1.6 "Atkinson Hyperlegible Next", "Atkinson Hyperlegible", Verdana, sans-serif;
}
body {
  width: min(44rem, 100%);
  margin: 0 auto;
  padding: clamp(1rem, 4vh, 2.5rem) clamp(1rem, 5vw, 2.5rem) 4rem;
  overflow-wrap: anywhere;
}
header {
  display: flex;
  flex-wrap: wrap;
  gap: 0.75rem;
  align-items: center;
  justify-content: space-between;
}
h1, h2, .wordmark {
  margin: 0;
  font-family: "Newsreader", "Iowan Old Style", Georgia, serif;
  font-weight: 400;
  line-height: 1.15;
  text-wrap: balance;
}
.wordmark {
  font-size: 1.85rem;
}
h1 {
  margin-top: 2.5rem;
  font-size: clamp(2.2rem, 1.4rem + 3vw, 3.2rem);
}
h2 {
  margin: 2.75rem 0 0.6rem;
  font-size: 1.55rem;
}
section:target h2 {
  text-decoration: underline 2px var(--partner);
  text-underline-offset: 0.25em;
}
p {
  margin: 0.6rem 0;
  text-wrap: pretty;
}
ul {
  margin: 0;
  padding: 0;
  list-style: none;
}
li + li {
  margin-top: 0.6rem;
}
a {
  color: inherit;
  text-underline-offset: 0.2em;
}
a:focus-visible {
  outline: 3px solid var(--focus);
  outline-offset: 3px;
}
.back {
  display: inline-flex;
  align-items: center;
  min-height: 48px;
  padding: 0.4rem 1.35rem;
  border: 1px solid var(--edge);
  border-radius: 999px;
  text-decoration: none;
}
.points {
  padding-left: 1.2rem;
  list-style: disc;
}
.contacts {
  display: grid;
  gap: 1.1rem;
  margin: 1rem 0;
}
.contacts li {
  display: grid;
  margin: 0;
  padding-left: 1rem;
  border-left: 3px solid var(--partner);
}
.contacts a {
  justify-self: start;
  min-width: 48px;
  font-size: 1.4rem;
  font-weight: 600;
  line-height: 48px;
}
small, .quiet {
  color: var(--quiet);
}
small {
  font-size: 0.9375rem;
}
@media print {
  html {
    background: none;
    color: #000;
  }
  .back {
    display: none;
  }
}
`;

write("../public/help.html", html);
write("../public/help.css", css);
