// SPDX-License-Identifier: Apache-2.0
// The angles of a session in step, with transport, timeline and gaps.
import { useMemo, useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { mediaUrl } from "../api/client";
import type { SessionDetail, Track } from "../api/types";
import { useTrackLabel } from "../state/track_label";
import { removeGrant } from "../viewing/granted";
import { AngleVideo, SoundTrack } from "./angle_video";
import { GapList } from "./gap_list";
import { PlayerGroup, type GroupSnapshot } from "./player_group";
import classes from "./session.module.css";
import { gapsOf, mediaEnd, type Extent } from "./timeline";
import { Timeline } from "./timeline_view";
import { Transport } from "./transport";
import { usePlaybackKeys } from "./use_playback_keys";

/** One group for as long as the page shows the session. */
function useGroup(): [PlayerGroup, GroupSnapshot] {
  const [group] = useState(() => new PlayerGroup());
  return [group, useSyncExternalStore(group.subscribe, () => group.snapshot)];
}

/** A refusal (the login changed meanwhile) asks for the reason again; else it is the browser's. */
async function askAgainIfRefused(session: string, src: string): Promise<void> {
  const answer = await fetch(src, { method: "HEAD", credentials: "same-origin" }).catch(() => null);
  if (answer?.status === 403) {
    removeGrant({ session });
  }
}

/** The longest picture keeps the time; the panorama before others of the same length. */
export function clockTrack(videos: readonly Track[]): Track | undefined {
  const end = (track: Track) => Date.parse(track.recorded_to ?? "") || 0;
  const longest = Math.max(...videos.map(end));
  return videos.find((track) => end(track) >= longest - 1000);
}

interface Props {
  session: SessionDetail;
  extent: Extent;
}

export function Player({ session, extent }: Props) {
  const { t } = useTranslation();
  const [group, state] = useGroup();
  const nameOf = useTrackLabel(session.room);
  usePlaybackKeys(group);
  const videos = session.streams.filter((track) => track.media === "video");
  const sounds = session.streams.filter((track) => track.media === "audio");
  const [main, setMain] = useState(videos[0]?.stream ?? "");
  const [sound, setSound] = useState(sounds[0]?.stream ?? "");
  const gaps = useMemo(() => gapsOf(session.streams, extent), [session.streams, extent]);
  const clock = clockTrack(videos);
  const heard = sounds.find((track) => track.stream === sound);
  const srcOf = (track: Track) =>
    mediaUrl(session.session, track.stream, session.started, mediaEnd(session, track, extent));
  const seek = (ms: number) => void group.seek((ms - extent.startMs) / 1000);
  return (
    <section aria-label={t("playback.title")}>
      <div className={classes.angles} data-count={videos.length}>
        {videos.map((track) => (
          <AngleVideo
            key={track.stream}
            group={group}
            track={track}
            src={srcOf(track)}
            name={nameOf(track)}
            room={session.room}
            isClock={track === clock}
            isMain={track.stream === main}
            onMain={() => setMain(track.stream)}
            onFailed={(src) => void askAgainIfRefused(session.session, src)}
          />
        ))}
      </div>
      {heard && <SoundTrack key={heard.stream} group={group} track={heard} src={srcOf(heard)} />}
      <div className={classes.panel}>
        <Transport
          {...{ group, state, extent, sounds, nameOf, sound }}
          onSound={setSound}
          onSeek={seek}
        />
        <Timeline
          tracks={session.streams}
          gaps={gaps}
          nameOf={nameOf}
          extent={extent}
          positionMs={extent.startMs + state.positionS * 1000}
          onSeek={seek}
        />
        <p className={classes.keys}>{t("playback.keys")}</p>
      </div>
      <div className={classes.panel}>
        <h2>{t("gap.heading")}</h2>
        <GapList gaps={gaps} nameOf={nameOf} onSeek={seek} />
      </div>
    </section>
  );
}
