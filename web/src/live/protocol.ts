// SPDX-License-Identifier: Apache-2.0
// The feed as it comes over the WebSocket (docs/design/link.md, "Feed"): the messages' types and
// the pure parser of the binary header. Nothing here touches a socket or an element.
import type { Labels, Media, Person, RoomState, Session } from "../api/types";

export const kHeaderBytes = 16;
export const kFlagSync = 1;
export const kFlagDiscontinuity = 2;

export interface StreamMessage {
  type: "stream";
  room: string;
  channel: number;
  stream: string;
  name: string;
  source: string;
  label: Labels;
  media: Media;
  codecs: string;
  /** Of the original, when the monitor made this stream anew for browsers. */
  from?: string;
  timescale: number;
  width: number;
  height: number;
}

/** Why a stream is not shown; the keys of "live.unplayable" in the languages. */
export type UnplayableReason = "codec" | "transcodes-busy" | "transcodes-off" | "transcode-failed";

/** A session as the capture host knows it: persons by their ids, no names. */
export type LinkSession = Omit<Session, "person" | "interrogators" | "gaps"> & {
  person: string | Person;
  interrogators: (string | Person)[];
  gaps?: number;
};

export type FeedMessage =
  | { type: "state"; room: string; state: RoomState; since: string; session: LinkSession | null }
  | StreamMessage
  | { type: "recorded"; room: string; streams: { stream: string; recorded_to: string | null }[] }
  | { type: "lost"; room: string; channel: number; since: string; cause: string }
  | { type: "found"; room: string; channel: number }
  | { type: "drop"; room: string; channel: number; chunks: number }
  | { type: "end"; room: string; channel: number }
  | {
      type: "unplayable";
      room: string;
      name: string;
      stream: string;
      codecs: string;
      reason: UnplayableReason;
    }
  | { type: "refused"; room: string; message: string }
  | { type: "viewers"; room: string; names: string[] }
  | { type: "away"; host: string; since: string }
  | { type: "back"; host: string }
  | { type: "pong"; t: number; now_ns: string };

export interface Packet {
  kind: "init" | "chunk";
  channel: number;
  sync: boolean;
  discontinuity: boolean;
  /** Milliseconds since 1970 UTC, with the fraction; 0 for an init segment. */
  captureMs: number;
  payload: Uint8Array<ArrayBuffer>;
}

/** Whole nanoseconds to milliseconds, keeping what a double can hold of the fraction. */
export function nanosecondsToMs(ns: bigint): number {
  return Number(ns / 1_000_000n) + Number(ns % 1_000_000n) / 1e6;
}

/**
 * One binary message. Null for what this console does not understand: another version, an unknown
 * kind, a message without payload. The payload shares the message's memory.
 */
export function parsePacket(message: ArrayBuffer): Packet | null {
  if (message.byteLength <= kHeaderBytes) {
    return null;
  }
  const view = new DataView(message);
  const kind = view.getUint8(1);
  if (view.getUint8(0) !== 1 || (kind !== 1 && kind !== 2)) {
    return null;
  }
  const flags = view.getUint16(2);
  return {
    kind: kind === 1 ? "init" : "chunk",
    channel: view.getUint32(4),
    sync: (flags & kFlagSync) !== 0,
    discontinuity: (flags & kFlagDiscontinuity) !== 0,
    captureMs: nanosecondsToMs(view.getBigInt64(8)),
    payload: new Uint8Array(message, kHeaderBytes),
  };
}

function personOf(person: string | Person): Person {
  return typeof person === "string" ? { id: person, name: person } : person;
}

/** A session of the feed with ids for names, until the monitor's own answer brings the names. */
export function sessionOf(session: LinkSession | null): Session | null {
  return (
    session && {
      ...session,
      person: personOf(session.person),
      interrogators: session.interrogators.map(personOf),
      gaps: session.gaps ?? 0,
    }
  );
}

/** A text message; null when it is no JSON object with a type. */
export function parseMessage(text: string): FeedMessage | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && "type" in value) {
      return value as FeedMessage;
    }
  } catch {
    // Falls through: what cannot be read is not understood.
  }
  return null;
}
