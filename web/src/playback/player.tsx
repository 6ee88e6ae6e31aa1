// SPDX-License-Identifier: Apache-2.0
// The angles of a session in step, with transport, timeline and gaps.
import { useMemo, useState, useSyncExternalStore, type ComponentProps } from "react";
import { useTranslation } from "react-i18next";
import { mediaUrl } from "../api/client";
import type { SessionDetail, Track } from "../api/types";
import { isPlayed } from "../live/plays";
import { useTrackLabel } from "../state/track_label";
import { removeGrant } from "../viewing/granted";
import { AngleVideo, SoundTrack } from "./angle_video";
import { GapList } from "./gap_list";
import type { SourceAt } from "./member";
import { NotPlayed, originalOf } from "./original";
import { PlayerGroup, type GroupSnapshot } from "./player_group";
import classes from "./session.module.css";
import { gapsOf, isCovered, mediaEnd, type Extent } from "./timeline";
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

/** What is chosen at first: the first that can be seen or heard here. */
function firstOf(tracks: readonly Track[]): string {
  const played = tracks.find((track) => isPlayed(track.codecs));
  return (played ?? tracks[0])?.stream ?? "";
}

/** The longest picture keeps the time; the panorama before others of the same length. */
export function clockTrack(videos: readonly Track[]): Track | undefined {
  const end = (track: Track) => Date.parse(track.recorded_to ?? "") || 0;
  const longest = Math.max(...videos.map(end));
  return videos.find((track) => end(track) >= longest - 1000);
}

/** So little before the end there is still a picture to ask for. */
const kLastS = 0.05;

/** A stream's media from any position on; the start is asked for in the server's own words. */
export function sourceOf(session: SessionDetail, track: Track, extent: Extent): SourceAt {
  const to = mediaEnd(session, track, extent);
  const startMs = Date.parse(session.started);
  const own = track.recorded_to === null ? 0 : Date.parse(track.recorded_to) - startMs;
  const lastMs = Math.min(own, extent.endMs - startMs) - kLastS * 1000;
  const isLast = track.recorded_to !== null && own >= extent.endMs - startMs - 2000;
  return (positionS) => {
    const asked = Math.round(positionS * 1000);
    if (asked > lastMs && !isLast) {
      return null;
    }
    const fromMs = Math.max(0, Math.min(asked, lastMs));
    const from = fromMs === 0 ? session.started : new Date(startMs + fromMs).toISOString();
    return { url: mediaUrl(session.session, track.stream, from, to), originS: fromMs / 1000 };
  };
}

interface Props {
  session: SessionDetail;
  extent: Extent;
}

/** The chosen sound: heard, or the words why not. */
function Heard(props: Props & ComponentProps<typeof SoundTrack>) {
  const { session, extent, track, ...rest } = props;
  return isPlayed(track.codecs) ? (
    <SoundTrack key={track.stream} track={track} {...rest} />
  ) : (
    <NotPlayed track={track} original={originalOf(session, track, extent)} />
  );
}

export function Player({ session, extent }: Props) {
  const { t } = useTranslation();
  const [group, state] = useGroup();
  const nameOf = useTrackLabel(session.room);
  usePlaybackKeys(group);
  const videos = session.streams.filter((track) => track.media === "video");
  const sounds = session.streams.filter((track) => track.media === "audio");
  const [main, setMain] = useState(() => firstOf(videos));
  const [sound, setSound] = useState(() => firstOf(sounds));
  const gaps = useMemo(() => gapsOf(session.streams, extent), [session.streams, extent]);
  const clock = clockTrack(videos.filter((track) => isPlayed(track.codecs)));
  const positionMs = extent.startMs + state.positionS * 1000;
  const heard = sounds.find((track) => track.stream === sound);
  const sources = useMemo(
    () => new Map(session.streams.map((track) => [track.stream, sourceOf(session, track, extent)])),
    [session, extent],
  );
  const sourceAt = (track: Track) => sources.get(track.stream) ?? (() => null);
  const seek = (ms: number) => void group.seek((ms - extent.startMs) / 1000);
  return (
    <section aria-label={t("playback.title")}>
      <div className={classes.angles} data-count={videos.length}>
        {videos.map((track) => (
          <AngleVideo
            key={track.stream}
            group={group}
            track={track}
            sourceAt={sourceAt(track)}
            original={originalOf(session, track, extent)}
            name={nameOf(track)}
            room={session.room}
            isClock={track === clock}
            isMain={track.stream === main}
            missing={!isCovered(track, positionMs)}
            onMain={() => setMain(track.stream)}
            onFailed={(src) => void askAgainIfRefused(session.session, src)}
          />
        ))}
      </div>
      <div className={classes.panel}>
        {heard && (
          <Heard
            {...{ group, session, extent, isClock: clock === undefined }}
            track={heard}
            sourceAt={sourceAt(heard)}
          />
        )}
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
          positionMs={positionMs}
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
