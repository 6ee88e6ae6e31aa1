// SPDX-License-Identifier: Apache-2.0
// How the console is built: hashed assets, nothing inlined, so that it runs under a strict
// content security policy.
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const monitor = process.env["CANDOR_MONITOR"] ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react()],
  base: "./",
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
  },
  server: {
    host: "127.0.0.1",
    proxy: { "/api": { target: monitor, ws: true, changeOrigin: false } },
  },
  test: { environment: "node", include: ["src/**/*.test.ts"] },
});
