// SPDX-License-Identifier: Apache-2.0
// How a recorded stream is called: by the label its room gives it now, else by its own name.
import { useRooms } from "../api/queries";
import type { Track } from "../api/types";
import { useLabel } from "../i18n";
import { useWord } from "./words";

export function useTrackLabel(roomId: string): (track: Track) => string {
  const label = useLabel();
  const word = useWord();
  const room = useRooms().data?.rooms.find((each) => each.room === roomId);
  return (track) => {
    const known = room?.streams.find((stream) => stream.name === track.name)?.label;
    return (known && label(known)) || word("angle", track.name);
  };
}
