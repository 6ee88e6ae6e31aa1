// SPDX-License-Identifier: Apache-2.0
// Which of a room's streams a tile shows: the first angle (the panorama), and on a full wall its
// smaller substream where the camera has one.
import type { Room, Stream } from "../api/types";
import { isPlayed } from "./plays";

/** Below this a substream is too small to see a person in. */
const kLeastHeight = 240;

/** The angles: each camera's main stream, or its substream where only that can be played here. */
export function videosOf(streams: readonly Stream[]): Stream[] {
  return streams
    .filter((stream) => stream.media === "video" && stream.role !== "sub")
    .map((main) => (isShown(main) ? main : (substreamOf(streams, main) ?? main)));
}

/** Nothing is known of a stream that was not there yet: it may be playable. */
function isShown(stream: Stream): boolean {
  return !stream.codecs || isPlayed(stream.codecs);
}

function substreamOf(streams: readonly Stream[], main: Stream): Stream | undefined {
  return streams.find(
    (stream) => stream.role === "sub" && stream.source === main.source && isShown(stream),
  );
}

export function audiosOf(streams: readonly Stream[]): Stream[] {
  return streams.filter((stream) => stream.media === "audio");
}

export function tileVideo(streams: readonly Stream[], small: boolean): Stream | null {
  const videos = videosOf(streams);
  const first = videos[0];
  if (!first || !small) {
    return first ?? null;
  }
  const substream = substreamOf(streams, first);
  return substream && substream.height >= kLeastHeight ? substream : first;
}

/** The sound that belongs to the angle, else the room's first. */
export function tileAudio(streams: readonly Stream[], video: Stream | null): Stream | null {
  const audios = audiosOf(streams);
  return audios.find((stream) => stream.source === video?.source) ?? audios[0] ?? null;
}

/** Whether the room may show a picture now: never a lawyer room, never outside a session. */
export function showsPicture(room: Pick<Room, "kind" | "state" | "session">): boolean {
  if (room.kind === "lawyer" || room.state === "private" || room.state === "idle") {
    return false;
  }
  return room.kind === "continuous" || room.session?.state === "open";
}

/** What the feed says is newer than what was polled. */
export function withLiveState(
  room: Room,
  live: { connected: boolean; state: Room["state"] | null; since: string | null } & Pick<
    Room,
    "session"
  >,
): Room {
  if (!live.connected || live.state === null || room.kind === "lawyer") {
    return room;
  }
  // Of the same session the monitor's answer knows more: names and gaps.
  const known = room.session !== null && room.session.session === live.session?.session;
  const session = known ? room.session : live.session;
  return { ...room, state: live.state, since: live.since ?? room.since, session };
}
