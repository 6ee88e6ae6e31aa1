// SPDX-License-Identifier: Apache-2.0
// The objects of the monitor's API, in the order of docs/design/link.md and docs/design/api.md.
// Times are RFC 3339 UTC texts with nanoseconds; they stay texts where they go back to the server.

export interface Labels {
  en: string;
  zh: string;
}

export interface Volume {
  name: string;
  state: "ok" | "slow" | "full" | "away";
  /** Why it is not ok, as the host says it. */
  detail: string;
  bytes_total: number;
  /** 0 when it cannot be told. */
  bytes_free: number;
  behind_ms: number;
  failed_files: number;
  /** At the present rate; null while nothing is written. */
  hours_left: number | null;
  /** If every room recorded. */
  hours_left_busy: number | null;
  /** The threshold that the hours left are below. */
  warning: number | null;
  /** So much less than the running sessions may need. */
  short_bytes: number;
}

/** The share of the rooms that record always. */
export interface Continuous {
  state: "ok" | "full";
  bytes_used: number | null;
  bytes_quota: number;
  hours_left: number | null;
  warning: number | null;
}

/** Closed segments and their sessions by whole copies. */
export interface Copies {
  /** How many volumes the host writes. */
  volumes: number;
  segments_below_two: number;
  sessions_below_two: number;
  segments_lost: number;
  /** Why nothing is known of the copies. */
  fault: string | null;
}

export type RoomState = "idle" | "ready" | "recording" | "interrupted" | "fault" | "private";
export type RoomKind = "session" | "continuous" | "lawyer";
export type Media = "video" | "audio";

export interface Stream {
  stream: string;
  name: string;
  source: string;
  label: Labels;
  media: Media;
  /** "sub": a smaller picture of the same camera, shown only, never recorded. */
  role?: "main" | "sub";
  codecs: string;
  width: number;
  height: number;
  state: "ok" | "lost";
  since: string;
  recorded_to: string | null;
  frame_rate: number;
  bitrate_bps: number;
}

export interface Person {
  id: string;
  name: string;
}

export interface Session {
  session: string;
  host: string;
  room: string;
  case: string;
  person: Person;
  interrogators: Person[];
  by: string;
  number: number | null;
  started: string;
  ended: string | null;
  state: "open" | "closed";
  gaps: number;
  copies: number;
}

export interface Room {
  host: string;
  room: string;
  name: Labels;
  class: string;
  kind: RoomKind;
  state: RoomState;
  since: string;
  session: Session | null;
  copies: number;
  streams: Stream[];
}

export interface Span {
  from: string;
  to: string;
}

export interface Gap {
  from: string;
  to: string | null;
  cause: string;
  detail: string | null;
}

export interface Track {
  stream: string;
  name: string;
  source: string;
  media: Media;
  codecs: string;
  width: number;
  height: number;
  recorded_to: string | null;
  coverage: Span[];
  gaps: Gap[];
}

export interface SessionDetail extends Session {
  streams: Track[];
}

export interface Account {
  name: string;
  role: string;
}

export interface Login {
  account: Account;
  csrf: string;
}

export interface Me extends Login {
  version: string;
}

export interface Host {
  host: string;
  state: "connected" | "away";
  since: string;
  volumes: Volume[];
  /** Null while the host has not been heard. */
  continuous: Continuous | null;
  copies: Copies | null;
}

/** Of the closed list in docs/design/witness.md, "Alarms". */
export type EvidenceAlarmKind =
  | "rolled-back"
  | "rewritten"
  | "log-silent"
  | "unwitnessed"
  | "undeclared-gap"
  | "clock-free"
  | "clock-offset"
  | "unknown-key"
  | "digest-mismatch"
  | "session-long"
  | "unsigned"
  | "unverified-start";

/** What is the matter with a room's evidence, as the monitor or a host says it. */
export interface EvidenceAlarm {
  kind: EvidenceAlarmKind;
  /** Empty: it is no room's. */
  room: string;
  /** Empty: the monitor itself says so. */
  host: string;
  /** Of the log; may be empty. */
  origin: string;
  since: string;
  detail: string;
}

/** What the monitor makes anew for browsers: now, and refused since its start. */
export interface Transcodes {
  sounds: number;
  pictures: number;
  pictures_refused: number;
}

export interface RoomsAnswer {
  now: string;
  hosts: Host[];
  transcodes: Transcodes;
  alarms: EvidenceAlarm[];
  rooms: Room[];
}

export interface SessionsAnswer {
  sessions: Session[];
  next: string | null;
}

export type ViewingReason = "supervision" | "investigation" | "review" | "defence" | "technical";
export type ViewingTarget = { room: string } | { session: string };

/** A person or interrogator as the console names it: a known id, or a name to be registered. */
export type PersonInput = { id: string } | { name: string };

export interface SessionStart {
  room: string;
  case: string;
  person: PersonInput;
  interrogators: PersonInput[];
}

export interface SessionFilter {
  q?: string;
  room?: string;
  case?: string;
  from?: string;
  to?: string;
  open?: boolean;
}
