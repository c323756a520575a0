import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

// The built page is served by the Python server from its own package.
export default defineConfig({
  plugins: [svelte()],
  base: "/",
  build: {
    outDir: "../src/undersong/server/static",
    emptyOutDir: true,
    assetsInlineLimit: 0, // the content policy allows no data: addresses
    target: "es2023",
    modulePreload: { polyfill: false },
  },
  worker: { format: "es" },
  test: { include: ["src/**/*.test.ts"], environment: "node" },
});
