import { defineConfig } from "vite";
import solid from "vite-plugin-solid";

/** Where `npm start` listens. */
const server = "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [solid()],
  build: {
    outDir: "../dist/dashboard",
    emptyOutDir: true,
    target: "es2022",
    // A plain name each: the server asks the browser to check every file, and an open page never looks for a
    // chunk that an update has taken away.
    rollupOptions: {
      output: {
        entryFileNames: "assets/dashboard.js",
        chunkFileNames: "assets/[name].js",
        assetFileNames: "assets/[name][extname]",
      },
    },
    // Fonts and images stay files: the page may load nothing from data URLs but images.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  // `npx vite dashboard` shows sources at once, beside a server that is running already.
  server: {
    proxy: { "/api": server, "/live": { target: server, ws: true } },
  },
});
