// SPDX-License-Identifier: Apache-2.0
// The linter's rules: types, hooks, accessibility, and the size of files and functions.
import path from "node:path";
import { fileURLToPath } from "node:url";
import js from "@eslint/js";
import a11y from "eslint-plugin-jsx-a11y";
import hooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

const here = path.dirname(fileURLToPath(import.meta.url));
const sizes = {
  "max-lines": ["error", { max: 400 }],
  "max-lines-per-function": ["error", { max: 70, skipBlankLines: true, skipComments: true }],
  "max-params": ["error", 5],
  complexity: ["error", 20],
  eqeqeq: "error",
  curly: "error",
  "no-console": "error",
};
const nodeGlobals = Object.fromEntries(
  [
    "process",
    "console",
    "Buffer",
    "URL",
    "URLSearchParams",
    "setTimeout",
    "setInterval",
    "clearTimeout",
    "clearInterval",
    "performance",
    "fetch",
    "document",
    "window",
    "HTMLMediaElement",
    "location",
    "requestAnimationFrame",
    "localStorage",
    "AbortController",
    "MutationObserver",
    "HTMLAudioElement",
    "crypto",
  ].map((name) => [name, "readonly"]),
);

export default tseslint.config(
  { ignores: ["web/dist", "web/node_modules"] },
  js.configs.recommended,
  {
    files: ["web/src/**/*.{ts,tsx}", "web/vite.config.ts"],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: here } },
    plugins: { "react-hooks": hooks, "jsx-a11y": a11y },
    rules: {
      ...hooks.configs.recommended.rules,
      ...a11y.flatConfigs.recommended.rules,
      ...sizes,
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      // The sound of a room is what was said in it: there are no captions to point to.
      "jsx-a11y/media-has-caption": "off",
    },
  },
  {
    files: ["web/src/**/*.test.ts"],
    rules: { "max-lines-per-function": "off", "@typescript-eslint/no-non-null-assertion": "off" },
  },
  {
    files: ["tests/browser/**/*.mjs", "bench/live/*.mjs", "web/*.js"],
    languageOptions: { globals: nodeGlobals },
    rules: { ...sizes, "no-console": "off" },
  },
);
