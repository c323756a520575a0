import { defineConfig } from "vite";

// The synthesiser alone, as one script for edges/render.py; it lies beside the built page.
export default defineConfig({
  publicDir: false,
  build: {
    outDir: "../src/undersong/server/static",
    emptyOutDir: false,
    target: "es2023",
    lib: { entry: "src/sound/offline.ts", name: "undersong", formats: ["iife"], fileName: () => "offline.js" },
  },
});
