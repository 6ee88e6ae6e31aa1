// SPDX-License-Identifier: Apache-2.0
// The server's time as React sees it: one timer for the page, once a second.
import { useSyncExternalStore } from "react";
import { serverClock } from "./server_clock";

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | null = null;
let current = serverClock.now();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    current = serverClock.now();
    for (const each of listeners) {
      each();
    }
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0 && timer !== null) {
      clearInterval(timer);
      timer = null;
    }
  };
}

export function useNow(): number {
  return useSyncExternalStore(subscribe, () => current);
}
