// SPDX-License-Identifier: Apache-2.0
// For which rooms and sessions a reason has been given since login. The monitor decides; this
// only spares the user a dialog. Kept for the tab, forgotten at login and logout.
import { useSyncExternalStore } from "react";
import type { ViewingTarget } from "../api/types";

const kStorageKey = "candor.viewings";
const watchers = new Set<() => void>();

function load(): ReadonlySet<string> {
  try {
    const list: unknown = JSON.parse(sessionStorage.getItem(kStorageKey) ?? "[]");
    return new Set(Array.isArray(list) ? list.map(String) : []);
  } catch {
    return new Set();
  }
}

let granted = load();

export function keyOf(target: ViewingTarget): string {
  return "room" in target ? `room:${target.room}` : `session:${target.session}`;
}

function replace(next: Set<string>): void {
  granted = next;
  sessionStorage.setItem(kStorageKey, JSON.stringify([...next]));
  watchers.forEach((watcher) => watcher());
}

export function addGrant(target: ViewingTarget): void {
  replace(new Set([...granted, keyOf(target)]));
}

export function removeGrant(target: ViewingTarget): void {
  const key = keyOf(target);
  if (granted.has(key)) {
    replace(new Set([...granted].filter((each) => each !== key)));
  }
}

export function forgetGrants(): void {
  replace(new Set());
}

function subscribe(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

export function useGranted(): ReadonlySet<string> {
  return useSyncExternalStore(subscribe, () => granted);
}
