// SPDX-License-Identifier: Apache-2.0
// The rooms and sessions of the mocked monitor, as docs/design/link.md writes them.
import { randomUUID } from "node:crypto";

export const iso = (ms) => new Date(ms).toISOString().replace("Z", "000000Z");

const kAngles = [
  ["panorama-video", "panorama", "Panorama", "全景", "video"],
  ["person-video", "person", "Person questioned", "被讯问人", "video"],
  ["room-audio", "microphone", "Room sound", "现场声音", "audio"],
];

function streamsOf(clips) {
  return kAngles.map(([name, source, en, zh, media]) => ({
    stream: randomUUID(),
    name,
    source,
    label: { en, zh },
    media,
    codecs: media === "audio" ? "mp4a.40.2" : "avc1.640028",
    width: media === "audio" ? 0 : source === "panorama" ? clips.width : 640,
    height: media === "audio" ? 0 : source === "panorama" ? clips.height : 360,
    state: "ok",
    since: iso(Date.now()),
    recorded_to: null,
    frame_rate: media === "audio" ? 0 : 25,
    bitrate_bps: media === "audio" ? 64000 : 2000000,
  }));
}

export function makeSession(room, changes = {}) {
  return {
    session: randomUUID(),
    host: "box-1",
    room: room.room,
    case: "A-2026-00017",
    person: { id: "P-000001", name: "Wang Qiang" },
    interrogators: [
      { id: "P-000101", name: "Li Min" },
      { id: "P-000102", name: "Zhao Lei" },
    ],
    by: "duty-officer",
    number: null,
    started: iso(Date.now()),
    ended: null,
    state: "open",
    gaps: 0,
    copies: 2,
    ...changes,
  };
}

function makeRoom(id, [en, zh], roomClass, kind, clips) {
  return {
    host: "box-1",
    room: id,
    name: { en, zh },
    class: roomClass,
    kind,
    state: kind === "lawyer" ? "private" : kind === "session" ? "ready" : "recording",
    since: iso(Date.now() - 3600_000),
    session: null,
    copies: 2,
    streams: kind === "lawyer" ? [] : streamsOf(clips),
  };
}

/** `extra` more recording rooms, for a full wall. */
const makeVolume = (name) => ({
  name,
  state: "ok",
  detail: "",
  bytes_total: 4e12,
  bytes_free: 3e12,
  behind_ms: 0,
  failed_files: 0,
  hours_left: 400.5,
  hours_left_busy: 200.2,
  warning: null,
  short_bytes: 0,
});

function makeHost() {
  return {
    host: "box-1",
    state: "connected",
    since: iso(0),
    volumes: [makeVolume("a"), makeVolume("b")],
    continuous: {
      state: "ok",
      bytes_used: 1e12,
      bytes_quota: 2e12,
      hours_left: 300,
      warning: null,
    },
  };
}

export function makeWorld(clips, extra = 0) {
  const rooms = [
    makeRoom("interrogation-1", ["Interrogation 1", "讯问室一"], "interrogation", "session", clips),
    makeRoom("interrogation-2", ["Interrogation 2", "讯问室二"], "interrogation", "session", clips),
    makeRoom("waiting-1", ["Waiting room", "候问室"], "waiting", "continuous", clips),
    makeRoom("lawyer-1", ["Lawyer meeting", "律师会见室"], "lawyer", "lawyer", clips),
  ];
  for (let i = 0; i < extra; i += 1) {
    const number = String(i + 1);
    rooms.push(
      makeRoom(
        `cell-${number}`,
        [`Cell ${number}`, `羁押室${number}`],
        "detention",
        "continuous",
        clips,
      ),
    );
  }
  const sessions = [];
  for (let i = 0; i < 60; i += 1) {
    const started = Date.now() - (i + 1) * 5 * 3600_000;
    const gaps = i % 4 === 0 ? 1 : 0;
    sessions.push(
      makeSession(rooms[i % 2], {
        case: `A-2026-${String(160 - i).padStart(5, "0")}`,
        person: {
          id: `P-00${1000 + i}`,
          name: ["Wang Qiang", "Chen Jie", "Sun Li"][i % 3],
        },
        started: iso(started),
        ended: iso(started + clips.seconds * 1000),
        state: "closed",
        gaps,
      }),
    );
  }
  return { host: makeHost(), rooms, sessions };
}

/** A session's tracks; a session with a gap has it in the middle of the second angle. */
export function tracksOf(session, room) {
  const start = Date.parse(session.started);
  const end = session.ended ? Date.parse(session.ended) : Date.now() - 1000;
  return room.streams.map(({ stream, name, source, media, codecs, width, height }) => {
    const broken = session.gaps > 0 && source === "person";
    const gap = { from: iso(start + 7000), to: iso(start + 9500) };
    return {
      ...{ stream, name, source, media, codecs, width, height },
      recorded_to: iso(end),
      coverage: broken
        ? [
            { from: iso(start), to: gap.from },
            { from: gap.to, to: iso(end) },
          ]
        : [{ from: iso(start), to: iso(end) }],
      gaps: broken ? [{ ...gap, cause: "camera-offline", detail: null }] : [],
    };
  });
}
