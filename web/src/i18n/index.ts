// SPDX-License-Identifier: Apache-2.0
// Chinese and English. The browser's language first, then what the user chose, remembered.
import i18next from "i18next";
import { initReactI18next, useTranslation } from "react-i18next";
import type { Labels } from "../api/types";
import en from "./en.json";
import zh from "./zh.json";

export const kLanguages = ["zh-CN", "en"] as const;
export type Language = (typeof kLanguages)[number];

const kStorageKey = "candor.language";

export function chooseLanguage(stored: string | null, browser: readonly string[]): Language {
  const known = kLanguages.find((language) => language === stored);
  if (known) {
    return known;
  }
  return browser[0]?.toLowerCase().startsWith("zh") ? "zh-CN" : "en";
}

export function setLanguage(language: Language): void {
  localStorage.setItem(kStorageKey, language);
  void i18next.changeLanguage(language);
}

export function useLanguage(): Language {
  const { i18n } = useTranslation();
  return i18n.language === "zh-CN" ? "zh-CN" : "en";
}

/** The server's own names come in both languages; an empty one falls back to the other. */
export function useLabel(): (labels: Labels) => string {
  const language = useLanguage();
  return (labels) => (language === "zh-CN" ? labels.zh || labels.en : labels.en || labels.zh);
}

export function startTranslations(): void {
  const language = chooseLanguage(localStorage.getItem(kStorageKey), navigator.languages);
  i18next.on("languageChanged", (now) => {
    document.documentElement.lang = now;
  });
  void i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: "en",
    resources: { en: { translation: en }, "zh-CN": { translation: zh } },
    interpolation: { escapeValue: false },
    returnNull: false,
  });
  document.documentElement.lang = language;
}
