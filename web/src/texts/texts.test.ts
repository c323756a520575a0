import { describe, expect, it } from "vitest";
import contacts from "./contacts.json";
import en from "./en.json";
import { dayOf, known, lengthOf, noteCount, t } from "./index";

function leaves(of: object): string[] {
  return Object.values(of).flatMap((value) => (typeof value === "string" ? [value] : leaves(value as object)));
}
function keysOf(of: object, before = ""): string[] {
  return Object.entries(of).flatMap(([name, value]) =>
    typeof value === "string" ? [before + name] : keysOf(value as object, `${before}${name}.`),
  );
}
// Read as text by the test's own loader, so that no file is left out.
const sources = import.meta.glob<string>(["../**/*.svelte", "../**/*.ts", "../../tools/*.mjs", "!../**/*.test.ts"], {
  query: "?raw",
  import: "default",
  eager: true,
});
const TECHNIQUES = [
  "tonal-grounding", "rhythmic-grounding", "synchronising", "mirroring", "imitating", "matching", "reflecting",
  "holding", "dialoguing", "accompanying", "extending", "frameworking", "incorporating", "transition",
  "giving-space", "ending", "rest",
];

describe("texts", () => {
  it("have a sentence and a longer reason for every technique, and for nothing that is not one", () => {
    for (const name of TECHNIQUES) {
      expect(known("technique", name), name).toMatch(/\.$/);
      expect(known("why", name), name).toMatch(/\.$/);
    }
    expect(known("technique", "constructor")).toBeNull();
  });
  it("use no exclamation mark, no score, and no word for what someone feels or for healing", () => {
    const words = /!|\b(feel|feeling|feelings|mood|sad|happy|anxious|calm down|heal|cure|treat|relieve|score|streak|level|well done)\b/i;
    for (const text of leaves(en)) expect(text).not.toMatch(words);
  });
  it("leave no key of the catalogue empty but what is not to be said", () => {
    for (const [name, text] of Object.entries(en.said)) if (name !== "opening") expect(text).not.toBe("");
    for (const text of leaves({ ...en, said: {} })) expect(text.trim()).not.toBe("");
  });
  it("are all used", () => {
    const code = Object.values(sources).join("\n");
    // A key stands in the code whole, or its group does, before what is filled in; `known` takes a group.
    const used = (key: string): boolean => {
      const group = key.slice(0, key.lastIndexOf("."));
      if (key.startsWith("prompt.")) return code.includes('known("prompt", '); // its keys come from the server
      const begun = new RegExp(`\`${group.replaceAll(".", "\\.")}\\.\\w*\\$\\{|known\\("${group}"`);
      return code.includes(`"${key}"`) || code.includes(`en.${key}`) || begun.test(code);
    };
    expect(keysOf(en).filter((key) => !used(key))).toEqual([]);
  });
  it("give the controls the names that others rely on", () => {
    expect([t("opening.begin"), t("opening.illStart"), t("play.rest"), t("play.finish"), t("play.help")]).toEqual([
      "Begin", "I'll start", "Rest", "Finish gently", "Help",
    ]);
    expect([t("keep.yes"), t("keep.no")]).toEqual(["Keep it", "No, let it go"]);
  });
  it("fill in what is given and leave what is not", () => {
    expect(t("play.pad", { n: 3, letter: "D" })).toBe("Note 3, key D");
    expect(t("play.pad", { n: 3 })).toBe("Note 3, key {letter}");
  });
  it("count notes and minutes as people do", () => {
    expect([0, 1, 2].map(noteCount)).toEqual(["no notes", "one note", "2 notes"]);
    expect([10, 60, 300].map(lengthOf)).toEqual(["less than a minute", "about a minute", "about 5 minutes"]);
    expect([dayOf(null), dayOf("never")]).toEqual(["An earlier take", "An earlier take"]);
  });
  it("date every crisis contact and name its source", () => {
    expect(contacts.contacts.length).toBeGreaterThan(0);
    for (const contact of contacts.contacts) {
      expect(contact.checked).toMatch(/^\d{4}-\d\d-\d\d$/);
      expect(contact.source.length).toBeGreaterThan(5);
      expect(contact.dial).toBe(contact.number.replaceAll(" ", ""));
    }
    expect(contacts.rule).toContain("findahelpline.com");
  });
});
