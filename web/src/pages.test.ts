// SPDX-License-Identifier: Apache-2.0
// The small rules behind the pages: alarms, the wall's layout, forms, days.
import { describe, expect, it } from "vitest";
import type { EvidenceAlarm, Host, Room, RoomsAnswer, Volume } from "./api/types";
import en from "./i18n/en.json";
import zh from "./i18n/zh.json";
import { caseIsValid, personInput } from "./room/session_input";
import { dayEnd, dayStart } from "./sessions/days";
import { alarmsOf } from "./state/alarms";
import { formatBytes } from "./state/bytes";
import { gridColumns, roomsShown } from "./wall/layout";
import { parseChoice } from "./wall/use_wall_choice";

const room = (id: string, kind: Room["kind"], state: Room["state"] = "ready"): Room =>
  ({ room: id, kind, state, name: { en: id, zh: id }, since: "", streams: [] }) as unknown as Room;

const volume = (changed: Partial<Volume>): Volume => ({
  name: "b",
  state: "ok",
  detail: "",
  bytes_total: 2,
  bytes_free: 1,
  behind_ms: 0,
  failed_files: 0,
  hours_left: 100,
  hours_left_busy: 50,
  warning: null,
  short_bytes: 0,
  ...changed,
});

const kNoTranscodes = { sounds: 0, pictures: 0, pictures_refused: 0 };

/** The alarms of one host that is connected, with no rooms. */
function hostAlarms(host: Partial<Host>) {
  const whole: Host = {
    host: "h",
    state: "connected",
    since: "s",
    volumes: [],
    continuous: null,
    copies: null,
    ...host,
  };
  const answer = { now: "", hosts: [whole], rooms: [], alarms: [], transcodes: kNoTranscodes };
  return alarmsOf(answer).map((alarm) => alarm.key);
}

describe("alarmsOf", () => {
  it("has one alarm for each cause, the worst first", () => {
    const answer: RoomsAnswer = {
      now: "",
      transcodes: kNoTranscodes,
      alarms: [],
      hosts: [
        {
          host: "h",
          state: "away",
          since: "s",
          volumes: [volume({ state: "away", detail: "it does not answer" })],
          continuous: null,
          copies: null,
        },
      ],
      rooms: [
        room("a", "session", "interrupted"),
        room("b", "session", "fault"),
        room("c", "session", "recording"),
      ],
    };
    expect(alarmsOf(answer).map((alarm) => alarm.key)).toEqual([
      "fault:b",
      "interrupted:a",
      "volumeAway:h:b",
      "away:h",
    ]);
  });

  it("shows alarms of the evidence with their room, in the order of what they mean", () => {
    const evidence = (kind: EvidenceAlarm["kind"], changed: Partial<EvidenceAlarm> = {}) => ({
      kind,
      room: "a",
      host: "",
      origin: "rec.example/site7/a/1",
      since: "s",
      detail: "9 entries were cosigned, the log's key signed 5",
      ...changed,
    });
    const answer: RoomsAnswer = {
      now: "",
      transcodes: kNoTranscodes,
      hosts: [],
      rooms: [room("a", "session", "fault")],
      alarms: [
        evidence("log-silent"),
        evidence("rolled-back"),
        evidence("unsigned", { room: "gone", host: "h", origin: "" }),
        evidence("rewritten"),
      ],
    };
    const alarms = alarmsOf(answer);
    expect(alarms.map((alarm) => alarm.kind)).toEqual([
      "fault",
      "rewritten",
      "rolledBack",
      "unsigned",
      "logSilent",
    ]);
    expect(alarms[2]).toEqual({
      key: "rolled-back::rec.example/site7/a/1",
      kind: "rolledBack",
      subject: { en: "a", zh: "a" },
      room: "a",
      since: "s",
      what: [],
      values: { detail: "9 entries were cosigned, the log's key signed 5" },
    });
    expect(alarms[3]).toMatchObject({ subject: { en: "gone", zh: "gone" }, room: null });
  });

  it("has words in both languages for every kind of alarm of the evidence", () => {
    const kinds = [
      "rolledBack",
      "rewritten",
      "logSilent",
      "unwitnessed",
      "undeclaredGap",
      "clockFree",
      "clockOffset",
      "unknownKey",
      "digestMismatch",
      "sessionLong",
      "unsigned",
      "unverifiedStart",
    ];
    for (const words of [en.alarm, zh.alarm] as Record<string, string>[]) {
      for (const kind of kinds) {
        expect(words[kind], kind).toContain("{{detail}}");
        expect(words[`${kind}Do`], kind).toBeTruthy();
      }
    }
  });

  it("tells what is the matter with a volume", () => {
    expect(hostAlarms({ volumes: [volume({})] })).toEqual([]);
    expect(hostAlarms({ volumes: [volume({ state: "slow", behind_ms: 4000 })] })).toEqual([
      "volumeSlow:h:b",
    ]);
    const low = volume({ hours_left: 20.5, warning: 24, short_bytes: 5e9 });
    expect(hostAlarms({ volumes: [low] })).toEqual(["short:h:b", "hoursLeft:h:b"]);
  });

  it("does not say twice that a full volume has no hours left", () => {
    const full = volume({ state: "full", hours_left: 0, warning: 8 });
    expect(hostAlarms({ volumes: [full] })).toEqual(["volumeFull:h:b"]);
  });

  it("tells of copies that are missing where there should be two, and of losses always", () => {
    const copies = { segments_below_two: 3, sessions_below_two: 1, segments_lost: 0, fault: null };
    expect(hostAlarms({ copies: { ...copies, volumes: 1 } })).toEqual([]);
    expect(hostAlarms({ copies: { ...copies, volumes: 2 } })).toEqual(["copiesMissing:h"]);
    expect(hostAlarms({ copies: { ...copies, volumes: 1, segments_lost: 1 } })).toEqual([
      "copiesLost:h",
    ]);
  });

  it("tells when the share of continuous rooms runs out and is used up", () => {
    const space = { bytes_used: 1, bytes_quota: 2, hours_left: 5, warning: 8 };
    expect(hostAlarms({ continuous: { state: "ok", ...space } })).toEqual(["quotaLeft:h"]);
    expect(hostAlarms({ continuous: { state: "full", ...space } })).toEqual(["quota:h"]);
  });
});

describe("formatBytes", () => {
  it("writes binary units with one decimal above a GiB", () => {
    expect(formatBytes(300 * 1024 ** 2)).toBe("300 MiB");
    expect(formatBytes(21.5 * 1024 ** 3)).toBe("21.5 GiB");
    expect(formatBytes(4e12)).toBe("3.6 TiB");
  });
});

describe("the wall", () => {
  const rooms = [room("l", "lawyer"), room("w", "continuous"), room("i", "session")];

  it("shows session rooms first, and chosen ones in their order", () => {
    expect(roomsShown(rooms, [], 4).map((each) => each.room)).toEqual(["i", "w", "l"]);
    expect(roomsShown(rooms, ["w", "gone", "l"], 4).map((each) => each.room)).toEqual(["w", "l"]);
    expect(roomsShown(rooms, [], 1)).toHaveLength(1);
  });

  it("has no more columns than it needs", () => {
    expect(gridColumns(1, 9)).toBe(1);
    expect(gridColumns(2, 9)).toBe(2);
    expect(gridColumns(16, 16)).toBe(4);
    expect(gridColumns(32, 32)).toBe(6);
    expect(gridColumns(0, 4)).toBe(1);
  });

  it("forgets a choice it cannot read", () => {
    expect(parseChoice("{")).toEqual({ tiles: 4, chosen: [] });
    expect(parseChoice('{"tiles":7,"chosen":["a"]}')).toEqual({ tiles: 4, chosen: ["a"] });
    expect(parseChoice('{"tiles":16}')).toEqual({ tiles: 16, chosen: [] });
  });
});

describe("forms", () => {
  it("takes a case of at most 64 bytes without white space", () => {
    expect(caseIsValid("A-2026-00017")).toBe(true);
    expect(caseIsValid("京公刑字2026第17号")).toBe(true);
    expect(caseIsValid("A 17")).toBe(false);
    expect(caseIsValid("字".repeat(22))).toBe(false);
    expect(caseIsValid("a\u0007")).toBe(false);
  });

  it("knows a registered number from a name", () => {
    expect(personInput(" P-000012 ")).toEqual({ id: "P-000012" });
    expect(personInput("张三")).toEqual({ name: "张三" });
  });

  it("turns days into instants, the last one included", () => {
    const length =
      Date.parse(dayEnd("2026-03-01") ?? "") - Date.parse(dayStart("2026-03-01") ?? "");
    expect(length).toBe(24 * 3600 * 1000);
    expect(dayStart("1.3.2026")).toBeNull();
  });
});
