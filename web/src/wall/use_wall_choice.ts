// SPDX-License-Identifier: Apache-2.0
// The number of tiles and the chosen rooms, remembered on this machine.
import { useState } from "react";
import { kTileCounts, type TileCount } from "./layout";

const kStorageKey = "candor.wall";

interface Choice {
  tiles: TileCount;
  chosen: string[];
}

export function parseChoice(text: string | null): Choice {
  const fallback: Choice = { tiles: 4, chosen: [] };
  try {
    const value = JSON.parse(text ?? "null") as Partial<Choice> | null;
    const tiles = kTileCounts.find((count) => count === value?.tiles);
    const chosen = Array.isArray(value?.chosen) ? value.chosen.map(String) : [];
    return { tiles: tiles ?? fallback.tiles, chosen };
  } catch {
    return fallback;
  }
}

export function useWallChoice() {
  const [choice, setChoice] = useState(() => parseChoice(localStorage.getItem(kStorageKey)));
  const change = (patch: Partial<Choice>) => {
    const next = { ...choice, ...patch };
    localStorage.setItem(kStorageKey, JSON.stringify(next));
    setChoice(next);
  };
  return {
    ...choice,
    setTiles: (tiles: TileCount) => change({ tiles }),
    setChosen: (chosen: string[]) => change({ chosen }),
  };
}
