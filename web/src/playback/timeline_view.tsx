// SPDX-License-Identifier: Apache-2.0
// The timeline: one row for each stream with what is covered and where it is not, the position,
// and the whole of it a slider for pointer and keyboard.
import { memo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { formatInstant, formatLength, formatTimeOfDay } from "../time/format";
import type { Track } from "../api/types";
import { useWord } from "../state/words";
import {
  coverageOf,
  fractionAt,
  instantAt,
  ticksOf,
  type Extent,
  type GapEntry,
  type Stretch,
} from "./timeline";
import classes from "./timeline_view.module.css";

const kRowHeight = 18;
const kBarHeight = 10;
const kMostTicks = 9;
/** A tick beyond this would write over the panel's edge. */
const kLastTick = 0.97;
/** A gap of a second in twelve hours must still be seen. */
const kLeastWidth = 0.35;
const kStepMs = 5000;
const kPageMs = 60000;

function percent(stretch: Stretch, extent: Extent): { x: string; width: string } {
  const from = fractionAt(stretch.fromMs, extent) * 100;
  const width = fractionAt(stretch.toMs, extent) * 100 - from;
  return { x: `${from.toFixed(3)}%`, width: `${width.toFixed(3)}%` };
}

interface RowProps {
  track: Track;
  row: number;
  extent: Extent;
  gaps: GapEntry[];
}

function TrackRow({ track, row, extent, gaps }: RowProps) {
  const { t } = useTranslation();
  const word = useWord();
  const y = row * kRowHeight + (kRowHeight - kBarHeight) / 2;
  return (
    <g>
      <rect x="0" y={y} width="100%" height={kBarHeight} className={classes.nothing} />
      {coverageOf(track, extent).map((stretch) => (
        <rect
          key={stretch.fromMs}
          y={y}
          height={kBarHeight}
          className={classes.covered}
          {...percent(stretch, extent)}
        />
      ))}
      {gaps.map((gap) => {
        const { x, width } = percent(gap, extent);
        const wide = `${Math.max(kLeastWidth, parseFloat(width))}%`;
        return (
          <g key={gap.key}>
            <rect x={x} y={y - 2} width={wide} height={kBarHeight + 4} className={classes.gap} />
            <rect
              x={x}
              y={y - 2}
              width={wide}
              height={kBarHeight + 4}
              fill="url(#gap-hatch)"
              data-testid="gap"
            >
              <title>
                {t("gap.title", {
                  cause: word("cause", gap.cause),
                  from: formatTimeOfDay(gap.fromMs),
                  length: formatLength(gap.toMs - gap.fromMs),
                })}
              </title>
            </rect>
          </g>
        );
      })}
    </g>
  );
}

function Hatch() {
  return (
    <defs>
      <pattern id="gap-hatch" width="5" height="5" patternUnits="userSpaceOnUse">
        <path d="M0 5 L5 0" className={classes.hatch} />
      </pattern>
    </defs>
  );
}

const Rows = memo(function Rows({
  tracks,
  gaps,
  extent,
}: Pick<Props, "tracks" | "gaps" | "extent">) {
  return (
    <svg width="100%" height={tracks.length * kRowHeight} aria-hidden focusable="false">
      <Hatch />
      {tracks.map((track, row) => (
        <TrackRow
          key={track.stream}
          track={track}
          row={row}
          extent={extent}
          gaps={gaps.filter((gap) => gap.track.stream === track.stream)}
        />
      ))}
    </svg>
  );
});

function Ticks({ extent }: { extent: Extent }) {
  const zoneMs = -new Date(extent.startMs).getTimezoneOffset() * 60000;
  const ticks = ticksOf(extent, kMostTicks, zoneMs).filter(
    (tick) => fractionAt(tick, extent) <= kLastTick,
  );
  return (
    <div className={classes.ticks} aria-hidden>
      {ticks.map((tick) => (
        <span key={tick} style={{ left: `${fractionAt(tick, extent) * 100}%` }}>
          {formatTimeOfDay(tick)}
        </span>
      ))}
    </div>
  );
}

interface Props {
  tracks: Track[];
  gaps: GapEntry[];
  extent: Extent;
  positionMs: number;
  nameOf: (track: Track) => string;
  onSeek: (ms: number) => void;
}

const kKeys: Record<string, number> = {
  ArrowLeft: -kStepMs,
  ArrowDown: -kStepMs,
  ArrowRight: kStepMs,
  ArrowUp: kStepMs,
  PageDown: -kPageMs,
  PageUp: kPageMs,
};

/** Where a key leads, inside the extent; null for keys that are not the slider's. */
export function keyTarget(key: string, positionMs: number, extent: Extent): number | null {
  if (key === "Home") {
    return extent.startMs;
  }
  if (key === "End") {
    return extent.endMs;
  }
  const step = kKeys[key];
  return step === undefined
    ? null
    : Math.min(extent.endMs, Math.max(extent.startMs, positionMs + step));
}

export function Timeline({ tracks, gaps, extent, positionMs, nameOf, onSeek }: Props) {
  const { t } = useTranslation();
  const area = useRef<HTMLDivElement>(null);
  const [hoverMs, setHoverMs] = useState<number | null>(null);
  const at = (event: React.PointerEvent) => {
    const box = area.current?.getBoundingClientRect();
    return instantAt(box ? (event.clientX - box.left) / box.width : 0, extent);
  };
  const onKey = (event: React.KeyboardEvent) => {
    const target = keyTarget(event.key, positionMs, extent);
    if (target !== null) {
      event.preventDefault();
      event.stopPropagation();
      onSeek(target);
    }
  };
  const left = (ms: number) => ({ left: `${fractionAt(ms, extent) * 100}%` });
  return (
    <div className={classes.timeline}>
      <div className={classes.names} aria-hidden>
        {tracks.map((track) => (
          <span key={track.stream}>{nameOf(track)}</span>
        ))}
      </div>
      <div
        ref={area}
        className={classes.area}
        role="slider"
        tabIndex={0}
        aria-label={t("playback.timeline")}
        aria-valuemin={0}
        aria-valuemax={Math.round((extent.endMs - extent.startMs) / 1000)}
        aria-valuenow={Math.round((positionMs - extent.startMs) / 1000)}
        aria-valuetext={formatInstant(positionMs)}
        data-testid="timeline"
        onKeyDown={onKey}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          onSeek(at(event));
        }}
        onPointerMove={(event) => {
          setHoverMs(at(event));
          if (event.buttons === 1) {
            onSeek(at(event));
          }
        }}
        onPointerLeave={() => setHoverMs(null)}
      >
        <Rows tracks={tracks} gaps={gaps} extent={extent} />
        {hoverMs !== null && (
          <span className={classes.hover} style={left(hoverMs)}>
            {formatTimeOfDay(hoverMs)}
          </span>
        )}
        <span className={classes.head} style={left(positionMs)} />
        <Ticks extent={extent} />
      </div>
    </div>
  );
}
