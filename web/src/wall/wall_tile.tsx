// SPDX-License-Identifier: Apache-2.0
// One room on the wall.
import { ActionIcon, Tooltip } from "@mantine/core";
import { IconArrowUpRight, IconVolume, IconVolumeOff } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useEffect, useRef, type RefObject } from "react";
import { useTranslation } from "react-i18next";
import { useMe } from "../api/queries";
import type { Room, Stream } from "../api/types";
import { useLabel } from "../i18n";
import { showsPicture, tileAudio, tileVideo, withLiveState } from "../live/choose";
import { kTightestTargetS, kWallTargetS } from "../live/latency";
import {
  ClockFact,
  copiesOf,
  CopiesFact,
  DelayFact,
  DiskFact,
  ViewersFact,
} from "../live/live_facts";
import { LivePicture } from "../live/live_picture";
import { SoundMeter } from "../live/sound_meter";
import { useLivePlayer, useOnScreen, useRoomSnapshot, useWatch } from "../live/use_live";
import { RoomStateBadge, RoomStateIcon } from "../state/room_state";
import { useWord } from "../state/words";
import { formatInstant } from "../time/format";
import { removeGrant } from "../viewing/granted";
import classes from "./wall.module.css";

/** What stands where no picture may be, or can be. */
export function NoPicture({ room, granted }: { room: Room; granted: boolean }) {
  const { t } = useTranslation();
  const why = showsPicture(room) && !granted ? t("wall.noReason") : t(`stateMeans.${room.state}`);
  return (
    <div className={classes.noPicture}>
      <RoomStateIcon state={room.state} size={34} />
      <strong>{t(`state.${room.state}`)}</strong>
      <span>{why}</span>
      {room.kind !== "lawyer" && (
        <small>{t("alarm.since", { time: formatInstant(room.since) })}</small>
      )}
    </div>
  );
}

interface HeadProps {
  room: Room;
  number: number;
  focused: boolean;
  onFocus: () => void;
}

function TileHead({ room, number, focused, onFocus }: HeadProps) {
  const { t } = useTranslation();
  const label = useLabel();
  const word = useWord();
  const name = label(room.name);
  const canHear = room.kind !== "lawyer";
  const SoundIcon = focused ? IconVolume : IconVolumeOff;
  return (
    <div className={classes.head}>
      <span className={classes.number} aria-hidden>
        {number}
      </span>
      <h2 className={classes.name}>
        {name} <small>{word("class", room.class)}</small>
      </h2>
      <RoomStateBadge state={room.state} />
      {canHear && (
        <Tooltip label={t(focused ? "wall.unfocus" : "wall.focus", { number })}>
          <ActionIcon
            size="sm"
            variant={focused ? "filled" : "default"}
            onClick={onFocus}
            aria-pressed={focused}
            aria-label={t("wall.focusRoom", { name })}
            data-testid="focus"
          >
            <SoundIcon size={14} aria-hidden />
          </ActionIcon>
        </Tooltip>
      )}
      <Tooltip label={t("wall.openRoom")}>
        <ActionIcon
          size="sm"
          variant="default"
          component={Link}
          to="/rooms/$room"
          // @ts-expect-error -- Mantine's polymorphic props lose the router's generic
          params={{ room: room.room }}
          aria-label={t("wall.openRoomNamed", { name })}
        >
          <IconArrowUpRight size={14} aria-hidden />
        </ActionIcon>
      </Tooltip>
    </div>
  );
}

interface Props extends HeadProps {
  small: boolean;
  granted: boolean;
}

/** What of a room is watched, and what comes of it. */
function useTile(
  { room: polled, small, focused, granted }: Props,
  tile: RefObject<HTMLElement | null>,
  video: RefObject<HTMLVideoElement | null>,
) {
  const snapshot = useRoomSnapshot(polled.room);
  const room = withLiveState(polled, snapshot);
  const stream = tileVideo(room.streams, small);
  const sound = focused ? tileAudio(room.streams, stream) : null;
  const names = [stream?.name, sound?.name].filter((name) => name !== undefined);
  const wanted = names.length > 0 ? names : null;
  const visible = useOnScreen(tile);
  useWatch(room.room, wanted, visible && granted && room.kind !== "lawyer");
  useEffect(() => {
    if (snapshot.refused !== null) {
      removeGrant({ room: polled.room });
    }
  }, [snapshot.refused, polled.room]);
  const picture = granted && showsPicture(room) ? stream : null;
  const view = useLivePlayer(
    video,
    room.room,
    {
      video: stream?.name ?? "",
      audio: sound?.name ?? null,
      targetS: small ? kWallTargetS : kTightestTargetS,
    },
    picture !== null && visible,
  );
  return { snapshot, room, picture, view };
}

interface FootProps {
  tile: ReturnType<typeof useTile>;
  picture: Stream;
  video: RefObject<HTMLVideoElement | null>;
  focused: boolean;
}

function TileFoot({ tile, picture, video, focused }: FootProps) {
  const me = useMe().data;
  const { room, snapshot, view } = tile;
  const recordedTo = snapshot.streams[picture.name]?.recordedTo ?? picture.recorded_to;
  return (
    <div className={classes.foot}>
      {room.session && <ClockFact session={room.session} />}
      <CopiesFact copies={copiesOf(room)} />
      <DiskFact recordedTo={recordedTo} />
      <ViewersFact viewers={snapshot.viewers} self={me?.account.name ?? ""} />
      {focused && view.hasSound && <SoundMeter videoRef={video} />}
      <DelayFact delayMs={view.delayMs} />
    </div>
  );
}

export function WallTile(props: Props) {
  const { number, focused, granted, onFocus } = props;
  const label = useLabel();
  const article = useRef<HTMLElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const tile = useTile(props, article, video);
  const { room, picture } = tile;
  return (
    <article
      ref={article}
      className={classes.tile}
      data-focused={focused || undefined}
      data-state={room.state}
      data-testid={`tile-${room.room}`}
      aria-label={label(room.name)}
    >
      <TileHead {...{ room, number, focused, onFocus }} />
      <div className={classes.screen}>
        {picture ? (
          <LivePicture
            videoRef={video}
            view={tile.view}
            room={room.room}
            name={picture.name}
            label={`${label(room.name)}, ${label(picture.label)}`}
            stream={tile.snapshot.streams[picture.name]}
          />
        ) : (
          <NoPicture room={room} granted={granted} />
        )}
      </div>
      {picture && <TileFoot {...{ tile, picture, video, focused }} />}
    </article>
  );
}
