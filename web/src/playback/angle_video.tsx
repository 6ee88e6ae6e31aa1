// SPDX-License-Identifier: Apache-2.0
// One stream of a session in playback: an element that joins the group, the last picture behind it
// while the next is on its way, and what to say when the browser cannot play it.
import { IconCameraOff } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Track } from "../api/types";
import { isPlayed } from "../live/plays";
import type { SourceAt } from "./member";
import { NotPlayed, type Original } from "./original";
import type { PlayerGroup } from "./player_group";
import classes from "./session.module.css";

interface Props {
  group: PlayerGroup;
  track: Track;
  sourceAt: SourceAt;
  original: Original;
  name: string;
  room: string;
  isClock: boolean;
  isMain: boolean;
  /** Nothing was recorded at the position: no picture of another moment may stand there. */
  missing: boolean;
  onMain: () => void;
  /** The server refused or the browser cannot: asked by the page, which may open the dialog. */
  onFailed: (src: string) => void;
}

/** One angle: its picture, or the words why there is none. */
export function AngleVideo(props: Props) {
  const { track, original, name, isMain, missing, onMain } = props;
  const { t } = useTranslation();
  return (
    <figure
      className={classes.angle}
      data-main={isMain || undefined}
      data-missing={missing || undefined}
    >
      {isPlayed(track.codecs) ? (
        <Picture {...props} />
      ) : (
        <NotPlayed track={track} original={original} />
      )}
      <figcaption className={classes.caption}>
        {isMain ? (
          <span>{name}</span>
        ) : (
          <button type="button" onClick={onMain} className={classes.captionButton}>
            {name} <span className="hidden-but-read">{t("room.makeMain")}</span>
          </button>
        )}
      </figcaption>
    </figure>
  );
}

function Picture(props: Props) {
  const { group, track, sourceAt, original, name, room, isClock, missing, onFailed } = props;
  const { t } = useTranslation();
  const video = useRef<HTMLVideoElement>(null);
  const still = useRef<HTMLCanvasElement>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    const options = { isClock, sourceAt, still: still.current };
    return video.current ? group.add(track.stream, video.current, options) : undefined;
  }, [group, track.stream, isClock, sourceAt]);
  return (
    <>
      <canvas ref={still} className={classes.still} aria-hidden />
      <video
        ref={video}
        className={classes.video}
        data-room={room}
        data-stream={track.name}
        data-testid="playback-video"
        aria-label={name}
        preload="auto"
        muted
        playsInline
        disablePictureInPicture
        onLoadedData={() => setFailed(false)}
        onError={(event) => {
          setFailed(true);
          onFailed(event.currentTarget.src);
        }}
      />
      {missing && !failed && (
        <p className={classes.failed} role="status">
          <IconCameraOff size={20} aria-hidden />
          {t("playback.missing")}
        </p>
      )}
      {failed && <NotPlayed track={track} original={original} />}
    </>
  );
}

/** The sound that is heard: its own element, in the same group. */
export function SoundTrack({
  group,
  track,
  sourceAt,
  isClock,
}: Pick<Props, "group" | "track" | "sourceAt" | "isClock">) {
  const audio = useRef<HTMLAudioElement>(null);
  useEffect(() => {
    const options = { isClock, sourceAt };
    return audio.current ? group.add(track.stream, audio.current, options) : undefined;
  }, [group, track.stream, isClock, sourceAt]);
  return <audio ref={audio} preload="auto" data-stream={track.name} />;
}
