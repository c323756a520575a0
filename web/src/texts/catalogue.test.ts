import { type AST, parse } from "svelte/compiler";
import { describe, expect, it } from "vitest";

// Read as text by the test's own loader, so that no component is left out.
const components = import.meta.glob<string>("../**/*.svelte", { query: "?raw", import: "default", eager: true });
const NAMES = ["aria-label", "aria-description", "aria-valuetext", "aria-roledescription", "title", "placeholder", "alt"];
const WORDS = /\p{L}{2,}/u;

type Node = { readonly type: string; readonly [key: string]: unknown };
const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null && "type" in value;

/** The strings in an expression that are what it shows, not what it asks a function for or compares. */
function shown(expression: Node): string[] {
  if (expression.type === "Literal") return typeof expression["value"] === "string" ? [expression["value"]] : [];
  if (expression.type === "TemplateLiteral") {
    const quasis = expression["quasis"] as { value: { cooked: string } }[];
    return [...quasis.map((one) => one.value.cooked), ...(expression["expressions"] as Node[]).flatMap(shown)];
  }
  if (expression.type === "ConditionalExpression")
    return [expression["consequent"], expression["alternate"]].filter(isNode).flatMap(shown);
  if (expression.type === "LogicalExpression" || (expression.type === "BinaryExpression" && expression["operator"] === "+"))
    return [expression["left"], expression["right"]].filter(isNode).flatMap(shown);
  return [];
}

/** Every text of a template that stands in it and not in the catalogue. */
function literal(template: string): string[] {
  const found: string[] = [];
  const keep = (texts: readonly string[]): void => void found.push(...texts.filter((text) => WORDS.test(text)));
  const walk = (node: unknown): void => {
    if (Array.isArray(node)) return node.forEach(walk);
    if (!isNode(node)) return;
    if (node.type === "Text") return keep([String(node["data"])]);
    if (node.type === "ExpressionTag") return keep(shown(node["expression"] as Node));
    if (node.type === "StyleDirective") return;
    if (node.type === "Attribute") {
      if (NAMES.includes(String(node["name"]))) walk(node["value"]);
      return;
    }
    if (node.type === "Component") {
      // what a component is given may be shown by it: words of it that stand apart are no name of a choice
      for (const one of node["attributes"] as Node[])
        if (one.type === "Attribute" && Array.isArray(one["value"]))
          for (const part of one["value"] as Node[]) if (/\p{L} \p{L}/u.test(String(part["data"] ?? ""))) walk(part);
    }
    for (const [key, value] of Object.entries(node)) if (key !== "expression" && key !== "metadata") walk(value);
  };
  const root: AST.Root = parse(template, { modern: true });
  walk(root.fragment);
  return found;
}

describe("the catalogue", () => {
  it.each(Object.entries(components))("has every text of %s", (_name, template) => {
    expect(literal(template)).toEqual([]);
  });
  it.each([
    ["<p>Play now</p>", "Play now"],
    ["{#if a}<b>{#each c as d}<i>Play now{d}</i>{/each}</b>{/if}", "Play now"],
    ['<button aria-label="Play now"></button>', "Play now"],
    ["<button aria-label=\"Play now: {t('a.b')}\"></button>", "Play now: "],
    ['<input placeholder={on ? "Play now" : ""} />', "Play now"],
    ['<p>{on ? "Play now" : t("play.rest")}</p>', "Play now"],
    ["<p>{`Play now ${name}`}</p>", "Play now "],
    ['<p>{name ?? "Play now"}</p>', "Play now"],
    ["{#snippet one()}<p>Play now</p>{/snippet}", "Play now"],
    ["<Words><p>Play now</p></Words>", "Play now"],
    ['<Words sentence="Play now" />', "Play now"],
  ])("misses what stands in %s", (template, text) => {
    expect(literal(template)).toContain(text);
  });
  it("asks for texts by key, compares words and names classes without mistaking them for texts", () => {
    const template = '<p class="quiet-button" data-cue="go" id="a-b">{t("play.rest")} {way === "voice" ? t(`way.${way}`) : ""} ·</p>';
    expect(literal(template)).toEqual([]);
  });
});
