import { join, resolve } from "node:path";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig, type Plugin } from "vite";

// A build for the tests alone (tests/test_pseudo.py): with the texts of another folder, UNDERSONG_TEXTS, in place
// of src/texts/*.json, and with pages that show one part by itself. Nothing of it is in the product.
const texts = process.env["UNDERSONG_TEXTS"] ?? "";
if (texts === "") throw new Error("UNDERSONG_TEXTS must name the folder with the texts to build with.");

const others: Plugin = {
  name: "texts-of-another-folder",
  enforce: "pre",
  resolveId: (source, importer) =>
    /^\.\/\w+\.json$/.test(source) && importer?.includes("/src/texts/") ? resolve(join(texts, source)) : null,
};

export default defineConfig({
  plugins: [others, svelte()],
  base: "/",
  build: {
    emptyOutDir: true,
    assetsInlineLimit: 0,
    target: "es2023",
    modulePreload: { polyfill: false },
    rolldownOptions: { input: { index: "index.html", parts: "testing/parts.html" } },
  },
  worker: { format: "es" },
});
