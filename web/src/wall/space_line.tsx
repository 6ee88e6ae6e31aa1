// SPDX-License-Identifier: Apache-2.0
// One line below the wall: what is free on each volume, how long it lasts, and how many copies the
// sessions have. What is wrong is an alarm above; this is what a supervisor looks at before it becomes one.
import { useTranslation } from "react-i18next";
import type { Copies, Host, Volume } from "../api/types";
import { formatBytes } from "../state/bytes";
import classes from "./wall.module.css";

function VolumeSpace({ host, volume }: { host: string; volume: Volume }) {
  const { t } = useTranslation();
  const parts = [
    t("space.volume", { host, volume: volume.name, size: formatBytes(volume.bytes_free) }),
  ];
  if (volume.hours_left !== null) {
    parts.push(t("space.hours", { hours: Math.floor(volume.hours_left) }));
  }
  if (volume.hours_left_busy !== null) {
    parts.push(t("space.busy", { hours: Math.floor(volume.hours_left_busy) }));
  }
  return <li data-warning={volume.warning !== null || undefined}>{parts.join(" · ")}</li>;
}

function CopyCount({ host, copies }: { host: string; copies: Copies }) {
  const { t } = useTranslation();
  const count = copies.sessions_below_two;
  const text =
    copies.fault !== null
      ? t("copies.unknown", { host, fault: copies.fault })
      : count > 0
        ? t("copies.fewer", { host, count })
        : t(copies.volumes > 1 ? "copies.two" : "copies.one", { host });
  return (
    <li data-warning={count > 0 || copies.fault !== null || undefined} data-testid="copies">
      {text}
    </li>
  );
}

export function SpaceLine({ hosts }: { hosts: Host[] }) {
  const { t } = useTranslation();
  const heard = hosts.filter((host) => host.state === "connected" && host.volumes.length > 0);
  if (heard.length === 0) {
    return null;
  }
  return (
    <ul className={classes.space} aria-label={t("space.title")} data-testid="space">
      {heard.flatMap((host) =>
        host.volumes.map((volume) => (
          <VolumeSpace key={`${host.host}:${volume.name}`} host={host.host} volume={volume} />
        )),
      )}
      {heard.map(
        ({ host, copies }) => copies && <CopyCount key={host} host={host} copies={copies} />,
      )}
    </ul>
  );
}
