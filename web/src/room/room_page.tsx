// SPDX-License-Identifier: Apache-2.0
// One room: all its angles live, the sound that is heard, and the session's panel.
import { Button, NativeSelect } from "@mantine/core";
import { IconVolume } from "@tabler/icons-react";
import { useParams } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useMe, useRooms } from "../api/queries";
import type { Room } from "../api/types";
import { useLabel } from "../i18n";
import { audiosOf, showsPicture, tileAudio, videosOf, withLiveState } from "../live/choose";
import { ViewersFact } from "../live/live_facts";
import { useOnScreen, useRoomSnapshot, useWatch } from "../live/use_live";
import { FaultAlert } from "../shell/page_error";
import { RoomStateBadge } from "../state/room_state";
import { useStreamLabel } from "../state/track_label";
import { useWord } from "../state/words";
import { keyOf, removeGrant, useGranted } from "../viewing/granted";
import { ReasonDialog } from "../viewing/reason_dialog";
import { NoPicture } from "../wall/wall_tile";
import { Angle } from "./angle";
import { RoomStreams } from "./room_streams";
import { SessionPanel } from "./session_panel";
import classes from "./room.module.css";

const kSilent = "";

interface SoundChoiceProps {
  room: Room;
  value: string;
  onChange: (name: string) => void;
}

function SoundChoice({ room, value, onChange }: SoundChoiceProps) {
  const { t } = useTranslation();
  const nameOf = useStreamLabel(room.streams);
  return (
    <NativeSelect
      size="xs"
      aria-label={t("room.sound")}
      leftSection={<IconVolume size={14} aria-hidden />}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      data={[
        { value: kSilent, label: t("room.noSound") },
        ...audiosOf(room.streams).map((stream) => ({
          value: stream.name,
          label: nameOf(stream),
        })),
      ]}
      data-testid="sound-choice"
    />
  );
}

/** The angles of a room whose reason has been given. */
function Angles({ room, sound }: { room: Room; sound: string }) {
  const page = useRef<HTMLDivElement>(null);
  const [first, setFirst] = useState<string | null>(null);
  const visible = useOnScreen(page);
  const videos = videosOf(room.streams);
  const main = videos.find((stream) => stream.name === first) ?? videos[0];
  const names = [...videos.map((stream) => stream.name), ...(sound === kSilent ? [] : [sound])];
  useWatch(room.room, names.length > 0 ? names : null, visible && room.kind !== "lawyer");
  const shows = showsPicture(room) && videos.length > 0;
  return (
    <div ref={page} className={classes.angles} data-count={videos.length}>
      {!shows && <NoPicture room={room} granted />}
      {shows &&
        videos.map((stream) => (
          <Angle
            key={stream.name}
            room={room}
            stream={stream}
            sound={stream === main && sound !== kSilent ? sound : null}
            main={stream === main}
            active={visible}
            onMain={() => setFirst(stream.name)}
          />
        ))}
    </div>
  );
}

function RoomView({ polled }: { polled: Room }) {
  const { t } = useTranslation();
  const label = useLabel();
  const word = useWord();
  const me = useMe().data;
  const granted = useGranted().has(keyOf({ room: polled.room }));
  const snapshot = useRoomSnapshot(polled.room);
  const room = withLiveState(polled, snapshot);
  const [sound, setSound] = useState(() => tileAudio(polled.streams, null)?.name ?? kSilent);
  const [declined, setDeclined] = useState(false);
  useEffect(() => {
    if (snapshot.refused !== null) {
      removeGrant({ room: polled.room });
    }
  }, [snapshot.refused, polled.room]);
  const needsReason = !granted && room.kind !== "lawyer";
  return (
    <div className={classes.page}>
      <section className={classes.stage} aria-label={t("room.angles")}>
        <div className={classes.title}>
          <h1>{label(room.name)}</h1>
          <span className={classes.class}>{word("class", room.class)}</span>
          <RoomStateBadge state={room.state} />
          <ViewersFact viewers={snapshot.viewers} self={me?.account.name ?? ""} />
          <div className={classes.sound}>
            {room.kind !== "lawyer" && (
              <SoundChoice room={room} value={sound} onChange={setSound} />
            )}
          </div>
        </div>
        {granted && room.kind !== "lawyer" ? (
          <Angles room={room} sound={sound} />
        ) : (
          <div className={classes.angles}>
            <NoPicture room={room} granted={false} />
            {needsReason && (
              <Button className={classes.ask} onClick={() => setDeclined(false)}>
                {t("wall.giveReason", { count: 1 })}
              </Button>
            )}
          </div>
        )}
      </section>
      <aside className={classes.side} aria-label={t("room.panel")}>
        <SessionPanel room={room} />
        <RoomStreams room={room} live={snapshot.streams} />
      </aside>
      <ReasonDialog
        live
        opened={needsReason && !declined}
        targets={[{ room: room.room }]}
        names={[label(room.name)]}
        onDone={() => setDeclined(false)}
        onCancel={() => setDeclined(true)}
      />
    </div>
  );
}

export function RoomPage() {
  const { t } = useTranslation();
  const { room: id } = useParams({ from: "/inside/rooms/$room" });
  const rooms = useRooms();
  const room = rooms.data?.rooms.find((each) => each.room === id);
  if (rooms.isError && !rooms.data) {
    return <FaultAlert error={rooms.error} onRetry={() => void rooms.refetch()} />;
  }
  if (!room) {
    return rooms.isSuccess ? <FaultAlert error={new Error(t("room.unknown", { id }))} /> : null;
  }
  return <RoomView key={id} polled={room} />;
}
