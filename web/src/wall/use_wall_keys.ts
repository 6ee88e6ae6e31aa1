// SPDX-License-Identifier: Apache-2.0
// The wall's keys: 1 to 9 focus a tile with sound, Escape goes back, F is full screen. Not while
// somebody types, and not with a modifier (those belong to the browser).
import { useEffect, useRef } from "react";

interface Keys {
  onNumber: (number: number) => void;
  onEscape: () => void;
  onFullScreen: () => void;
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.closest("input, textarea, select, [role=dialog], [role=menu]") !== null ||
      target.isContentEditable)
  );
}

export function useWallKeys(keys: Keys): void {
  const latest = useRef(keys);
  useEffect(() => {
    latest.current = keys;
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const modified = event.ctrlKey || event.altKey || event.metaKey;
      if (modified || event.repeat || event.defaultPrevented || isTyping(event.target)) {
        return;
      }
      if (/^[1-9]$/.test(event.key)) {
        latest.current.onNumber(Number(event.key));
      } else if (event.key === "Escape") {
        latest.current.onEscape();
      } else if (event.key.toLowerCase() === "f") {
        latest.current.onFullScreen();
      }
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
}
