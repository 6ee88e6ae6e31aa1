// SPDX-License-Identifier: Apache-2.0
// The room's streams as they stand: delivering or lost since when, and recorded up to when.
import { IconAlertTriangle, IconCircleCheck } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Room } from "../api/types";
import type { StreamState } from "../live/room_feed";
import { useStreamLabel } from "../state/track_label";
import { formatTimeOfDay } from "../time/format";
import classes from "./room.module.css";

interface Props {
  room: Room;
  live: Readonly<Record<string, StreamState>>;
}

export function RoomStreams({ room, live }: Props) {
  const { t } = useTranslation();
  const nameOf = useStreamLabel(room.streams);
  if (room.streams.length === 0) {
    return null;
  }
  return (
    <section className={classes.card}>
      <h2>{t("room.streams")}</h2>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">{t("room.stream")}</th>
            <th scope="col">{t("room.state")}</th>
            <th scope="col">{t("room.recordedTo")}</th>
          </tr>
        </thead>
        <tbody>
          {room.streams.map((stream) => {
            const lostSince =
              live[stream.name]?.lostSince ?? (stream.state === "lost" ? stream.since : null);
            return (
              <tr key={stream.stream} data-warn={lostSince !== null || undefined}>
                <th scope="row">
                  {nameOf(stream)} <small>{stream.codecs}</small>
                </th>
                <td>
                  <span className={classes.streamState}>
                    {lostSince === null ? (
                      <IconCircleCheck size={14} aria-hidden />
                    ) : (
                      <IconAlertTriangle size={14} aria-hidden />
                    )}
                    {lostSince === null
                      ? t("room.delivers")
                      : t("room.lost", { time: formatTimeOfDay(lostSince) })}
                  </span>
                </td>
                <td>{formatTimeOfDay(live[stream.name]?.recordedTo ?? stream.recorded_to)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
