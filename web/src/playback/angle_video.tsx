// SPDX-License-Identifier: Apache-2.0
// One stream of a session in playback: an element that joins the group, and what to say when the
// browser cannot play it.
import { IconCameraOff } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Track } from "../api/types";
import type { PlayerGroup } from "./player_group";
import classes from "./session.module.css";

interface Props {
  group: PlayerGroup;
  track: Track;
  src: string;
  name: string;
  room: string;
  isClock: boolean;
  isMain: boolean;
  onMain: () => void;
  /** The server refused or the browser cannot: asked by the page, which may open the dialog. */
  onFailed: (src: string) => void;
}

export function AngleVideo(props: Props) {
  const { group, track, src, name, room, isClock, isMain, onMain, onFailed } = props;
  const { t } = useTranslation();
  const video = useRef<HTMLVideoElement>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    return video.current ? group.add(track.stream, video.current, isClock) : undefined;
  }, [group, track.stream, isClock]);
  return (
    <figure className={classes.angle} data-main={isMain || undefined}>
      <video
        ref={video}
        src={src}
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
        onError={() => {
          setFailed(true);
          onFailed(src);
        }}
      />
      {failed && (
        <p className={classes.failed} role="status">
          <IconCameraOff size={20} aria-hidden />
          {t("playback.failed", { codecs: track.codecs })}
        </p>
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

/** The sound that is heard: its own element, in the same group. */
export function SoundTrack({ group, track, src }: Pick<Props, "group" | "track" | "src">) {
  const audio = useRef<HTMLAudioElement>(null);
  useEffect(() => {
    return audio.current ? group.add(track.stream, audio.current, false) : undefined;
  }, [group, track.stream]);
  return <audio ref={audio} src={src} preload="auto" data-stream={track.name} />;
}
