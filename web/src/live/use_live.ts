// SPDX-License-Identifier: Apache-2.0
// The live connection as React sees it: one for the page; rooms' snapshots; a player on an
// element; and whether an element can be seen at all (what cannot be seen is not pulled).
import { useEffect, useMemo, useState, useSyncExternalStore, type RefObject } from "react";
import { serverClock } from "../time/server_clock";
import { LiveConnection, type LinkStatus, type Wanted } from "./connection";
import { LivePlayer, type PlayerChoice, type PlayerSnapshot } from "./player";
import type { RoomSnapshot } from "./room_feed";

function liveUrl(): string {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  return `${scheme}://${location.host}/api/live`;
}

export const liveConnection = new LiveConnection(liveUrl(), serverClock);

export function useLinkStatus(): LinkStatus {
  return useSyncExternalStore(liveConnection.subscribe, () => liveConnection.status);
}

export function useRoomSnapshot(room: string): RoomSnapshot {
  const feed = liveConnection.feed(room);
  return useSyncExternalStore(feed.subscribe, () => feed.snapshot);
}

/** Wants streams of a room while `active`. */
export function useWatch(room: string, streams: Wanted, active: boolean): void {
  const key = JSON.stringify(streams);
  useEffect(() => {
    if (!active) {
      return undefined;
    }
    return liveConnection.watch(room, JSON.parse(key) as Wanted);
  }, [room, key, active]);
}

function subscribeVisibility(listener: () => void): () => void {
  document.addEventListener("visibilitychange", listener);
  return () => document.removeEventListener("visibilitychange", listener);
}

/** True while the element is on the screen and the page is not hidden. */
export function useOnScreen(ref: RefObject<HTMLElement | null>): boolean {
  const [onScreen, setOnScreen] = useState(false);
  const pageVisible = useSyncExternalStore(
    subscribeVisibility,
    () => document.visibilityState === "visible",
  );
  useEffect(() => {
    const element = ref.current;
    if (!element) {
      return undefined;
    }
    const observer = new IntersectionObserver((entries) => {
      setOnScreen(entries.at(-1)?.isIntersecting ?? false);
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [ref]);
  return onScreen && pageVisible;
}

const kNothing: PlayerSnapshot = {
  phase: "waiting",
  delayMs: null,
  pictureMs: null,
  stale: false,
  hasSound: false,
  soundBlocked: false,
};
const subscribeNothing = () => () => undefined;

export interface PlayerView extends PlayerSnapshot {
  unblock: () => void;
}

/** Plays one video stream of a room (with a sound, if named) on the element, while `active`. */
export function useLivePlayer(
  ref: RefObject<HTMLVideoElement | null>,
  room: string,
  choice: PlayerChoice,
  active: boolean,
): PlayerView {
  const [player, setPlayer] = useState<LivePlayer | null>(null);
  const { video, audio, targetS } = choice;
  useEffect(() => {
    const element = ref.current;
    if (!active || !element) {
      return undefined;
    }
    const made = new LivePlayer(
      element,
      liveConnection.feed(room),
      { video, audio, targetS },
      serverClock,
    );
    setPlayer(made);
    return () => {
      made.stop();
      setPlayer(null);
    };
  }, [ref, room, video, audio, targetS, active]);
  const snapshot = useSyncExternalStore(
    player?.subscribe ?? subscribeNothing,
    () => player?.snapshot ?? kNothing,
  );
  return useMemo(() => ({ ...snapshot, unblock: () => player?.unblock() }), [snapshot, player]);
}
