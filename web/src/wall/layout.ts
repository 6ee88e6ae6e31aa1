// SPDX-License-Identifier: Apache-2.0
// Which rooms stand on the wall, in which grid.
import type { Room } from "../api/types";

export const kTileCounts = [1, 4, 9, 16, 32] as const;
export type TileCount = (typeof kTileCounts)[number];

const kColumns: Record<TileCount, number> = { 1: 1, 4: 2, 9: 3, 16: 4, 32: 8 };

/** The chosen rooms in their chosen order; without a choice all of them, sessions first. */
export function roomsShown(rooms: Room[], chosen: readonly string[], tiles: TileCount): Room[] {
  if (chosen.length > 0) {
    return chosen
      .map((id) => rooms.find((room) => room.room === id))
      .filter((room) => room !== undefined)
      .slice(0, tiles);
  }
  const rank = { session: 0, continuous: 1, lawyer: 2 } as const;
  return [...rooms].sort((a, b) => rank[a.kind] - rank[b.kind]).slice(0, tiles);
}

/** No more columns than the rooms there are need: two rooms on a wall for nine stand large. */
export function gridColumns(shown: number, tiles: TileCount): number {
  const needed = shown <= 2 ? shown : Math.ceil(Math.sqrt(shown));
  return Math.max(1, Math.min(kColumns[tiles], needed));
}
