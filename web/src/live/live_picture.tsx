// SPDX-License-Identifier: Apache-2.0
// The picture of one live stream with what must be said over it: who is looking and when, lost
// since when, not playable here, sound held back by the browser.
import { Button } from "@mantine/core";
import { IconCameraOff, IconLoader2, IconVolume } from "@tabler/icons-react";
import type { ReactNode, RefObject } from "react";
import { useTranslation } from "react-i18next";
import { useMe } from "../api/queries";
import { useWord } from "../state/words";
import { formatInstant, formatTimeOfDay } from "../time/format";
import { useNow } from "../time/use_now";
import classes from "./live_picture.module.css";
import type { StreamState } from "./room_feed";
import type { PlayerView } from "./use_live";

function Notice({ icon, children }: { icon: ReactNode; children: ReactNode }) {
  return (
    <div className={classes.notice} role="status">
      {icon}
      <span>{children}</span>
    </div>
  );
}

function PictureNotice({ view, stream }: { view: PlayerView; stream: StreamState | undefined }) {
  const { t } = useTranslation();
  const word = useWord();
  if (stream?.lostSince) {
    return (
      <Notice icon={<IconCameraOff size={20} aria-hidden />}>
        {t("live.lost", { time: formatTimeOfDay(stream.lostSince) })}
        {stream.cause && <small>{word("cause", stream.cause)}</small>}
      </Notice>
    );
  }
  if (stream?.unplayable && view.pictureMs === null) {
    return (
      <Notice icon={<IconCameraOff size={20} aria-hidden />}>
        {t(`live.unplayable.${stream.unplayable}`)}
      </Notice>
    );
  }
  if (view.phase === "unsupported") {
    return <Notice icon={<IconCameraOff size={20} aria-hidden />}>{t("live.unsupported")}</Notice>;
  }
  if (view.stale) {
    return (
      <Notice icon={<IconCameraOff size={20} aria-hidden />}>
        {t("live.stale", { time: formatTimeOfDay(view.pictureMs) })}
      </Notice>
    );
  }
  if (view.pictureMs === null) {
    return (
      <Notice icon={<IconLoader2 size={20} aria-hidden className={classes.spin} />}>
        {t("live.waiting")}
      </Notice>
    );
  }
  return null;
}

function Watermark() {
  const me = useMe().data;
  const now = useNow();
  return (
    <div className={classes.watermark} aria-hidden>
      {me?.account.name} · {formatInstant(now)}
    </div>
  );
}

interface Props {
  videoRef: RefObject<HTMLVideoElement | null>;
  view: PlayerView;
  room: string;
  /** Name of the stream shown, and how to call it for those who do not see it. */
  name: string;
  label: string;
  stream: StreamState | undefined;
}

export function LivePicture({ videoRef, view, room, name, label, stream }: Props) {
  const { t } = useTranslation();
  const dimmed = Boolean(stream?.lostSince) || view.stale;
  return (
    <div className={classes.picture}>
      <video
        ref={videoRef}
        className={classes.video}
        data-dimmed={dimmed || undefined}
        data-room={room}
        data-stream={name}
        data-testid="live-video"
        aria-label={label}
        muted
        playsInline
        disablePictureInPicture
        disableRemotePlayback
      />
      <Watermark />
      <PictureNotice view={view} stream={stream} />
      {view.soundBlocked && (
        <Button
          className={classes.unblock}
          leftSection={<IconVolume size={16} aria-hidden />}
          onClick={view.unblock}
        >
          {t("live.unblock")}
        </Button>
      )}
    </div>
  );
}
