// SPDX-License-Identifier: Apache-2.0
// Dark or light: dark for the wall, light for the rest, unless the user chose one for all.
import { useSyncExternalStore } from "react";

export type Scheme = "light" | "dark";
export type SchemeChoice = Scheme | "page";

const kStorageKey = "candor.scheme";
const watchers = new Set<() => void>();

function stored(): SchemeChoice {
  const value = localStorage.getItem(kStorageKey);
  return value === "light" || value === "dark" ? value : "page";
}

let choice = stored();

export function setSchemeChoice(next: SchemeChoice): void {
  choice = next;
  localStorage.setItem(kStorageKey, next);
  watchers.forEach((watcher) => watcher());
}

function subscribe(watcher: () => void): () => void {
  watchers.add(watcher);
  window.addEventListener("hashchange", watcher);
  window.addEventListener("popstate", watcher);
  return () => {
    watchers.delete(watcher);
    window.removeEventListener("hashchange", watcher);
    window.removeEventListener("popstate", watcher);
  };
}

/** Called by the router's subscription: pushState fires no event. */
export function pageChanged(): void {
  watchers.forEach((watcher) => watcher());
}

export function useSchemeChoice(): SchemeChoice {
  return useSyncExternalStore(subscribe, () => choice);
}

const kDarkPages = /^#\/wall/;

export function useScheme(): Scheme {
  return useSyncExternalStore(subscribe, () => {
    if (choice !== "page") {
      return choice;
    }
    return kDarkPages.test(location.hash) ? "dark" : "light";
  });
}
