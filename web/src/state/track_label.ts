// SPDX-License-Identifier: Apache-2.0
// How a stream is called: by the label its room gives it now, else by its own name. A camera's sound
// has the camera's label, so it says that it is the sound.
import { useTranslation } from "react-i18next";
import { useRooms } from "../api/queries";
import type { Stream, Track } from "../api/types";
import { useLabel } from "../i18n";
import { useWord } from "./words";

export function useStreamLabel(streams: readonly Stream[]): (stream: Stream) => string {
  const { t } = useTranslation();
  const label = useLabel();
  return (stream) => {
    const name = label(stream.label);
    const same = streams.some((each) => each.media === "video" && label(each.label) === name);
    return stream.media === "audio" && same ? t("track.sound", { name }) : name;
  };
}

export function useTrackLabel(roomId: string): (track: Track) => string {
  const word = useWord();
  const room = useRooms().data?.rooms.find((each) => each.room === roomId);
  const streams = room?.streams ?? [];
  const nameOf = useStreamLabel(streams);
  return (track) => {
    const known = streams.find((stream) => stream.name === track.name);
    return (known && nameOf(known)) || word("angle", track.name);
  };
}
