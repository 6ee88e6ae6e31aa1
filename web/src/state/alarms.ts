// SPDX-License-Identifier: Apache-2.0
// The open alarms, worked out of what the monitor says of hosts and rooms: one for each cause,
// saying since when. The words (what it means, what to do) are in the language files.
import type { Labels, Room, RoomsAnswer } from "../api/types";

export type AlarmKind = "fault" | "interrupted" | "away" | "volume";

export interface Alarm {
  key: string;
  kind: AlarmKind;
  /** Whose alarm: a room's name in both languages, or a host's. */
  subject: Labels;
  room: string | null;
  since: string | null;
  /** Names of what is missing: streams or a volume. */
  what: Labels[];
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
  };
}

/** Worst first: nothing proven on disk, then a stream missing, then hosts and volumes. */
export function alarmsOf(answer: RoomsAnswer): Alarm[] {
  const alarms = answer.rooms.map(roomAlarm).filter((alarm) => alarm !== null);
  for (const host of answer.hosts) {
    if (host.state === "away") {
      alarms.push({
        key: `away:${host.host}`,
        kind: "away",
        subject: plain(host.host),
        room: null,
        since: host.since,
        what: [],
      });
    }
    for (const volume of host.volumes) {
      if (volume.state === "fault") {
        alarms.push({
          key: `volume:${host.host}:${volume.name}`,
          kind: "volume",
          subject: plain(host.host),
          room: null,
          since: null,
          what: [plain(volume.name)],
        });
      }
    }
  }
  const order: AlarmKind[] = ["fault", "interrupted", "volume", "away"];
  return alarms.sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
}
