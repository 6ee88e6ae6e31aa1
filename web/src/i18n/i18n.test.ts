// SPDX-License-Identifier: Apache-2.0
// Both languages are complete, and every key that the source names exists.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { chooseLanguage } from "./index";
import en from "./en.json";
import zh from "./zh.json";

function flatten(value: object, prefix = ""): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, inner] of Object.entries(value) as [string, unknown][]) {
    if (typeof inner === "string") {
      found.set(prefix + key, inner);
    } else {
      flatten(inner as object, `${prefix}${key}.`).forEach((text, name) => found.set(name, text));
    }
  }
  return found;
}

const english = flatten(en);
const chinese = flatten(zh);
const placeholders = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name);

describe("the language files", () => {
  it("have the same keys", () => {
    expect([...chinese.keys()].sort()).toEqual([...english.keys()].sort());
  });

  it("have no empty text and the same placeholders", () => {
    for (const [key, text] of english) {
      const other = chinese.get(key) ?? "";
      expect(text.trim(), key).not.toBe("");
      expect(other.trim(), key).not.toBe("");
      expect(placeholders(other).sort(), key).toEqual(placeholders(text).sort());
    }
  });

  it("have Chinese in the Chinese file", () => {
    for (const [key, text] of chinese) {
      if (!/^[\W\d_]*$/.test(text)) {
        expect(/\p{Script=Han}/u.test(text), key).toBe(true);
      }
    }
  });

  it("have every plain key that the source names", () => {
    const source = path.resolve(import.meta.dirname, "..");
    for (const file of readdirSync(source, { recursive: true, encoding: "utf8" })) {
      if (/\.tsx?$/.test(file) && !file.includes(".test.")) {
        const text = readFileSync(path.join(source, file), "utf8");
        for (const [, key] of text.matchAll(/\bt\(\s*"([\w.-]+)"/g)) {
          const known = english.has(key ?? "") || english.has(`${key ?? ""}_other`);
          expect(known, `${file}: ${key ?? ""}`).toBe(true);
        }
      }
    }
  });
});

describe("chooseLanguage", () => {
  it("takes what was chosen, then the browser's, then English", () => {
    expect(chooseLanguage("en", ["zh-CN"])).toBe("en");
    expect(chooseLanguage(null, ["zh-TW", "en"])).toBe("zh-CN");
    expect(chooseLanguage("fr", ["fr"])).toBe("en");
    expect(chooseLanguage(null, [])).toBe("en");
  });
});
