// SPDX-License-Identifier: Apache-2.0
// The small rules behind the pages: alarms, the wall's layout, forms, days.
import { describe, expect, it } from "vitest";
import type { Room, RoomsAnswer } from "./api/types";
import { caseIsValid, personInput } from "./room/session_input";
import { dayEnd, dayStart } from "./sessions/days";
import { alarmsOf } from "./state/alarms";
import { gridColumns, roomsShown } from "./wall/layout";
import { parseChoice } from "./wall/use_wall_choice";

const room = (id: string, kind: Room["kind"], state: Room["state"] = "ready"): Room =>
  ({ room: id, kind, state, name: { en: id, zh: id }, since: "", streams: [] }) as unknown as Room;

describe("alarmsOf", () => {
  it("has one alarm for each cause, the worst first", () => {
    const answer: RoomsAnswer = {
      now: "",
      transcodes: { sounds: 0, pictures: 0, pictures_refused: 0 },
      hosts: [
        {
          host: "h",
          state: "away",
          since: "s",
          volumes: [{ name: "b", state: "fault", bytes_total: 1, bytes_free: 1 }],
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
      "volume:h:b",
      "away:h",
    ]);
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
