// SPDX-License-Identifier: Apache-2.0
// The controls of playback: play, frame by frame, speed, sound, and a jump to a time of day.
import { ActionIcon, Button, NativeSelect, SegmentedControl, TextInput } from "@mantine/core";
import {
  IconPlayerPauseFilled,
  IconPlayerPlayFilled,
  IconPlayerTrackNextFilled,
  IconPlayerTrackPrevFilled,
  IconVolume,
} from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Track } from "../api/types";
import { formatInstant, formatLength } from "../time/format";
import type { GroupSnapshot, PlayerGroup } from "./player_group";
import classes from "./session.module.css";
import { instantForTimeOfDay, type Extent } from "./timeline";

export const kSpeeds = [0.5, 1, 1.5, 2, 4];

function TimeOfDay({ extent, onSeek }: { extent: Extent; onSeek: (ms: number) => void }) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const [wrong, setWrong] = useState(false);
  return (
    <form
      className={classes.jump}
      onSubmit={(event) => {
        event.preventDefault();
        const instant = instantForTimeOfDay(text, extent);
        setWrong(instant === null);
        if (instant !== null) {
          onSeek(instant);
        }
      }}
    >
      <TextInput
        size="xs"
        w={96}
        placeholder="hh:mm:ss"
        inputMode="numeric"
        aria-label={t("playback.timeOfDay")}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        aria-invalid={wrong}
        aria-describedby={wrong ? "jump-wrong" : undefined}
      />
      <Button size="xs" variant="default" type="submit">
        {t("playback.jump")}
      </Button>
      {wrong && (
        <span id="jump-wrong" role="alert" className={classes.wrong}>
          {t("playback.notInside")}
        </span>
      )}
    </form>
  );
}

interface Props {
  group: PlayerGroup;
  state: GroupSnapshot;
  extent: Extent;
  sounds: Track[];
  nameOf: (track: Track) => string;
  sound: string;
  onSound: (stream: string) => void;
  onSeek: (ms: number) => void;
}

export function Transport(props: Props) {
  const { group, state, extent, sounds, nameOf, sound, onSound, onSeek } = props;
  const { t } = useTranslation();
  const positionMs = extent.startMs + state.positionS * 1000;
  const play = t(state.playing ? "playback.pause" : "playback.play");
  return (
    <div className={classes.transport} role="group" aria-label={t("playback.controls")}>
      <ActionIcon
        variant="default"
        size={34}
        aria-label={t("playback.stepBack")}
        title={t("playback.stepBack")}
        onClick={() => group.step(-1)}
      >
        <IconPlayerTrackPrevFilled size={15} aria-hidden />
      </ActionIcon>
      <ActionIcon
        size={40}
        radius="xl"
        aria-label={play}
        title={play}
        onClick={() => group.toggle()}
        data-testid="play"
      >
        {state.playing ? (
          <IconPlayerPauseFilled size={18} aria-hidden />
        ) : (
          <IconPlayerPlayFilled size={18} aria-hidden />
        )}
      </ActionIcon>
      <ActionIcon
        variant="default"
        size={34}
        aria-label={t("playback.step")}
        title={t("playback.step")}
        onClick={() => group.step(1)}
      >
        <IconPlayerTrackNextFilled size={15} aria-hidden />
      </ActionIcon>
      <div className={classes.position} data-testid="position">
        <strong>{formatInstant(positionMs)}</strong>
        <span>
          {formatLength(positionMs - extent.startMs)} /{" "}
          {formatLength(extent.endMs - extent.startMs)}
          {state.waiting && ` · ${t("playback.waiting")}`}
        </span>
      </div>
      <SegmentedControl
        size="xs"
        aria-label={t("playback.speed")}
        value={String(state.rate)}
        onChange={(value) => group.setRate(Number(value))}
        data={kSpeeds.map((speed) => ({ value: String(speed), label: `${speed}×` }))}
      />
      <NativeSelect
        size="xs"
        aria-label={t("room.sound")}
        leftSection={<IconVolume size={14} aria-hidden />}
        value={sound}
        onChange={(event) => onSound(event.currentTarget.value)}
        data={[
          { value: "", label: t("room.noSound") },
          ...sounds.map((track) => ({ value: track.stream, label: nameOf(track) })),
        ]}
      />
      <TimeOfDay extent={extent} onSeek={onSeek} />
    </div>
  );
}
