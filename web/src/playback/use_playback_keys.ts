// SPDX-License-Identifier: Apache-2.0
// The keys of playback: space, arrows for five seconds, comma and full stop for a frame.
import { useEffect } from "react";
import type { PlayerGroup } from "./player_group";

const kJumpS = 5;

export function usePlaybackKeys(group: PlayerGroup): void {
  useEffect(() => {
    const actions: Record<string, () => void> = {
      " ": () => group.toggle(),
      ArrowLeft: () => void group.seek(group.snapshot.positionS - kJumpS),
      ArrowRight: () => void group.seek(group.snapshot.positionS + kJumpS),
      ",": () => group.step(-1),
      ".": () => group.step(1),
    };
    const onKey = (event: KeyboardEvent) => {
      const target = event.target instanceof HTMLElement ? event.target : null;
      const busy = target?.closest(
        "input, textarea, select, button, a, [role=dialog], [role=slider]",
      );
      const action = actions[event.key];
      if (!busy && action && !event.ctrlKey && !event.altKey && !event.metaKey) {
        event.preventDefault();
        action();
      }
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [group]);
}
