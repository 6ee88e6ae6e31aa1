// SPDX-License-Identifier: Apache-2.0
// The wall: which rooms, how many tiles, which one is heard, and the keys.
import { ActionIcon, Button, SegmentedControl, Tooltip } from "@mantine/core";
import { IconMaximize, IconQuestionMark } from "@tabler/icons-react";
import { useRef, useState, type CSSProperties } from "react";
import { useTranslation } from "react-i18next";
import { useRooms } from "../api/queries";
import type { Room } from "../api/types";
import { useLabel } from "../i18n";
import { FaultAlert } from "../shell/page_error";
import { keyOf, useGranted } from "../viewing/granted";
import { ReasonDialog } from "../viewing/reason_dialog";
import { gridColumns, kTileCounts, roomsShown, type TileCount } from "./layout";
import { RoomChoice } from "./room_choice";
import { SpaceLine } from "./space_line";
import { TranscodesFact } from "./transcodes_fact";
import { useWallChoice } from "./use_wall_choice";
import { useWallKeys } from "./use_wall_keys";
import { WallTile } from "./wall_tile";
import classes from "./wall.module.css";

interface ToolsProps {
  rooms: Room[];
  choice: ReturnType<typeof useWallChoice>;
  missing: number;
  onAsk: () => void;
  onFullScreen: () => void;
}

function WallTools({ rooms, choice, missing, onAsk, onFullScreen }: ToolsProps) {
  const { t } = useTranslation();
  return (
    <div className={classes.tools}>
      <SegmentedControl
        size="xs"
        aria-label={t("wall.tiles")}
        value={String(choice.tiles)}
        onChange={(value) => choice.setTiles(Number(value) as TileCount)}
        data={kTileCounts.map((count) => ({ value: String(count), label: String(count) }))}
        data-testid="tile-count"
      />
      <RoomChoice rooms={rooms} chosen={choice.chosen} onChange={choice.setChosen} />
      {missing > 0 && (
        <Button
          size="xs"
          leftSection={<IconQuestionMark size={15} aria-hidden />}
          onClick={onAsk}
          data-testid="ask-reason"
        >
          {t("wall.giveReason", { count: missing })}
        </Button>
      )}
      <TranscodesFact />
      <span className={classes.keys}>{t("wall.keys")}</span>
      <Tooltip label={t("wall.fullScreen")}>
        <ActionIcon
          variant="default"
          size={30}
          aria-label={t("wall.fullScreen")}
          onClick={onFullScreen}
        >
          <IconMaximize size={16} aria-hidden />
        </ActionIcon>
      </Tooltip>
    </div>
  );
}

/** For which of the rooms shown a reason is still missing, and whether to ask for it now. */
function useReasons(shown: Room[]) {
  const grants = useGranted();
  const [declined, setDeclined] = useState(false);
  const granted = (room: Room) => grants.has(keyOf({ room: room.room }));
  const missing = shown.filter((room) => room.kind !== "lawyer" && !granted(room));
  return {
    granted,
    missing,
    asking: missing.length > 0 && !declined,
    ask: () => setDeclined(false),
    decline: () => setDeclined(true),
  };
}

function WallReasons({ reasons }: { reasons: ReturnType<typeof useReasons> }) {
  const label = useLabel();
  return (
    <ReasonDialog
      live
      opened={reasons.asking}
      targets={reasons.missing.map((room) => ({ room: room.room }))}
      names={reasons.missing.map((room) => label(room.name))}
      onDone={reasons.ask}
      onCancel={reasons.decline}
    />
  );
}

export function WallPage() {
  const { t } = useTranslation();
  const rooms = useRooms();
  const choice = useWallChoice();
  const grid = useRef<HTMLDivElement>(null);
  const [focused, setFocused] = useState<string | null>(null);

  const all = rooms.data?.rooms ?? [];
  const shown = roomsShown(all, choice.chosen, choice.tiles);
  const reasons = useReasons(shown);
  const heard = shown.some((room) => room.room === focused) ? focused : null;
  const toggle = (room: string | undefined) =>
    setFocused(room === undefined || room === heard ? null : room);
  const fullScreen = () => {
    void (document.fullscreenElement
      ? document.exitFullscreen()
      : grid.current?.requestFullscreen());
  };
  useWallKeys({
    onNumber: (number) => toggle(shown[number - 1]?.room ?? heard ?? undefined),
    onEscape: () => setFocused(null),
    onFullScreen: fullScreen,
  });

  if (rooms.isError && !rooms.data) {
    return <FaultAlert error={rooms.error} onRetry={() => void rooms.refetch()} />;
  }
  return (
    <div className={classes.page}>
      <h1 className="hidden-but-read">{t("nav.wall")}</h1>
      <WallTools
        rooms={all}
        choice={choice}
        missing={reasons.missing.length}
        onAsk={reasons.ask}
        onFullScreen={fullScreen}
      />
      <div
        ref={grid}
        className={classes.grid}
        data-columns={gridColumns(shown.length, choice.tiles)}
        data-focused={heard !== null || undefined}
        style={{ "--others": Math.max(1, shown.length - 1) } as CSSProperties}
        data-testid="wall"
      >
        {shown.map((room, index) => (
          <WallTile
            key={room.room}
            room={room}
            number={index + 1}
            small={choice.tiles > 4 && room.room !== heard}
            focused={room.room === heard}
            granted={reasons.granted(room)}
            onFocus={() => toggle(room.room)}
          />
        ))}
      </div>
      <SpaceLine hosts={rooms.data?.hosts ?? []} />
      {rooms.isSuccess && all.length === 0 && <p className={classes.empty}>{t("wall.noRooms")}</p>}
      <WallReasons reasons={reasons} />
    </div>
  );
}
