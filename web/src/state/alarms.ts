// SPDX-License-Identifier: Apache-2.0
// The open alarms, worked out of what the monitor says of hosts and rooms: one for each cause,
// saying since when. The words (what it means, what to do) are in the language files.
import type {
  EvidenceAlarm,
  EvidenceAlarmKind,
  Host,
  Labels,
  Room,
  RoomsAnswer,
  Volume,
} from "../api/types";
import { formatBytes } from "./bytes";

/** The worst first: nothing proven on disk, then a stream missing, then what speaks against the evidence, then volumes, then
 * what the evidence lacks, then hosts. */
const kOrder = [
  "fault",
  "interrupted",
  "rewritten",
  "rolledBack",
  "digestMismatch",
  "unknownKey",
  "undeclaredGap",
  "copiesLost",
  "volumeFull",
  "quota",
  "short",
  "volumeAway",
  "hoursLeft",
  "quotaLeft",
  "unwitnessed",
  "unsigned",
  "logSilent",
  "unverifiedStart",
  "clockFree",
  "clockOffset",
  "copiesMissing",
  "volumeSlow",
  "sessionLong",
  "away",
] as const;

export type AlarmKind = (typeof kOrder)[number];

const kEvidenceKinds: Record<EvidenceAlarmKind, AlarmKind> = {
  "rolled-back": "rolledBack",
  rewritten: "rewritten",
  "log-silent": "logSilent",
  unwitnessed: "unwitnessed",
  "undeclared-gap": "undeclaredGap",
  "clock-free": "clockFree",
  "clock-offset": "clockOffset",
  "unknown-key": "unknownKey",
  "digest-mismatch": "digestMismatch",
  "session-long": "sessionLong",
  unsigned: "unsigned",
  "unverified-start": "unverifiedStart",
};

export interface Alarm {
  key: string;
  kind: AlarmKind;
  /** Whose alarm: a room's name in both languages, or a host's. */
  subject: Labels;
  room: string | null;
  since: string | null;
  /** Names of the streams that are missing. */
  what: Labels[];
  /** What stands in the sentence besides: a volume's name, figures. */
  values: Record<string, string | number>;
}

const plain = (text: string): Labels => ({ en: text, zh: text });

function roomAlarm(room: Room): Alarm | null {
  if (room.state !== "fault" && room.state !== "interrupted") {
    return null;
  }
  const lost = room.streams.filter((stream) => stream.state === "lost");
  return {
    key: `${room.state}:${room.room}`,
    kind: room.state,
    subject: room.name,
    room: room.room,
    since: room.since,
    what: lost.map((stream) => stream.label),
    values: {},
  };
}

function hostAlarm(
  host: Host,
  kind: AlarmKind,
  values: Alarm["values"] = {},
  since: string | null = null,
): Alarm {
  const whose = "volume" in values ? `:${values["volume"]}` : "";
  return {
    key: `${kind}:${host.host}${whose}`,
    kind,
    subject: plain(host.host),
    room: null,
    since,
    what: [],
    values,
  };
}

function volumeAlarms(host: Host, volume: Volume): Alarm[] {
  const alarms: Alarm[] = [];
  const add = (kind: AlarmKind, values: Alarm["values"]) =>
    alarms.push(hostAlarm(host, kind, { volume: volume.name, ...values }));
  if (volume.state === "away") {
    add("volumeAway", { detail: volume.detail });
  } else if (volume.state === "full") {
    add("volumeFull", { detail: volume.detail });
  } else if (volume.state === "slow") {
    add("volumeSlow", { seconds: Math.round(volume.behind_ms / 1000) });
  }
  // One that is full or away has none left: that is said already.
  const writes = volume.state === "ok" || volume.state === "slow";
  if (writes && volume.warning !== null && volume.hours_left !== null) {
    add("hoursLeft", { hours: volume.hours_left, below: volume.warning });
  }
  if (volume.short_bytes > 0) {
    add("short", { size: formatBytes(volume.short_bytes) });
  }
  return alarms;
}

function quotaAlarms(host: Host): Alarm[] {
  const space = host.continuous;
  if (space?.state === "full") {
    return [hostAlarm(host, "quota")];
  }
  if (space && space.warning !== null && space.hours_left !== null) {
    return [hostAlarm(host, "quotaLeft", { hours: space.hours_left, below: space.warning })];
  }
  return [];
}

function copyAlarms(host: Host): Alarm[] {
  const alarms: Alarm[] = [];
  const copies = host.copies;
  if (copies && copies.segments_lost > 0) {
    alarms.push(hostAlarm(host, "copiesLost", { count: copies.segments_lost }));
  }
  // With one volume it is no fault: the line below the wall says so.
  if (copies && copies.volumes > 1 && copies.sessions_below_two > 0) {
    alarms.push(hostAlarm(host, "copiesMissing", { count: copies.sessions_below_two }));
  }
  return alarms;
}

function evidenceAlarm(alarm: EvidenceAlarm, rooms: Room[]): Alarm {
  const room = rooms.find((each) => each.room === alarm.room);
  return {
    key: `${alarm.kind}:${alarm.host}:${alarm.origin || alarm.room}`,
    kind: kEvidenceKinds[alarm.kind],
    subject: room?.name ?? plain(alarm.room || alarm.host || alarm.origin),
    room: room?.room ?? null,
    since: alarm.since,
    what: [],
    values: { detail: alarm.detail },
  };
}

export function alarmsOf(answer: RoomsAnswer): Alarm[] {
  const alarms = answer.rooms.map(roomAlarm).filter((alarm) => alarm !== null);
  alarms.push(...answer.alarms.map((alarm) => evidenceAlarm(alarm, answer.rooms)));
  for (const host of answer.hosts) {
    if (host.state === "away") {
      alarms.push(hostAlarm(host, "away", {}, host.since));
    }
    alarms.push(...host.volumes.flatMap((volume) => volumeAlarms(host, volume)));
    alarms.push(...quotaAlarms(host), ...copyAlarms(host));
  }
  return alarms.sort((a, b) => kOrder.indexOf(a.kind) - kOrder.indexOf(b.kind));
}
