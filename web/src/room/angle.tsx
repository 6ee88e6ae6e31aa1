// SPDX-License-Identifier: Apache-2.0
// One angle of a room, live; the main one is large and carries the sound.
import { ActionIcon, Tooltip } from "@mantine/core";
import { IconArrowsMaximize, IconMaximize } from "@tabler/icons-react";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Room, Stream } from "../api/types";
import { useLabel } from "../i18n";
import { kTightestTargetS } from "../live/latency";
import { DelayFact, DiskFact } from "../live/live_facts";
import { LivePicture } from "../live/live_picture";
import { SoundMeter } from "../live/sound_meter";
import { useLivePlayer, useRoomSnapshot } from "../live/use_live";
import classes from "./room.module.css";

interface Props {
  room: Room;
  stream: Stream;
  sound: string | null;
  main: boolean;
  active: boolean;
  onMain: () => void;
}

export function Angle({ room, stream, sound, main, active, onMain }: Props) {
  const { t } = useTranslation();
  const label = useLabel();
  const figure = useRef<HTMLElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const live = useRoomSnapshot(room.room).streams[stream.name];
  const view = useLivePlayer(
    video,
    room.room,
    { video: stream.name, audio: sound, targetS: kTightestTargetS },
    active,
  );
  const name = label(stream.label);
  return (
    <figure ref={figure} className={classes.angle} data-main={main || undefined}>
      <div className={classes.screen}>
        <LivePicture
          videoRef={video}
          view={view}
          room={room.room}
          name={stream.name}
          label={`${label(room.name)}, ${name}`}
          stream={live}
        />
      </div>
      <figcaption className={classes.caption}>
        <strong>{name}</strong>
        <span>
          {stream.width}×{stream.height}
        </span>
        <DiskFact recordedTo={live?.recordedTo ?? stream.recorded_to} />
        {sound !== null && view.hasSound && <SoundMeter videoRef={video} />}
        <DelayFact delayMs={view.delayMs} />
        {!main && (
          <Tooltip label={t("room.makeMain")}>
            <ActionIcon
              size="sm"
              variant="default"
              onClick={onMain}
              aria-label={t("room.makeMainNamed", { name })}
            >
              <IconArrowsMaximize size={13} aria-hidden />
            </ActionIcon>
          </Tooltip>
        )}
        <Tooltip label={t("wall.fullScreen")}>
          <ActionIcon
            size="sm"
            variant="default"
            onClick={() => void figure.current?.requestFullscreen()}
            aria-label={t("room.fullScreenNamed", { name })}
          >
            <IconMaximize size={13} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </figcaption>
    </figure>
  );
}
