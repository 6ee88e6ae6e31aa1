// SPDX-License-Identifier: Apache-2.0
// Choosing the rooms of the wall; none chosen means all.
import { Button, Checkbox, Popover, Stack } from "@mantine/core";
import { IconChevronDown } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Room } from "../api/types";
import { useLabel } from "../i18n";
import classes from "./wall.module.css";

interface Props {
  rooms: Room[];
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
}

export function RoomChoice({ rooms, chosen, onChange }: Props) {
  const { t } = useTranslation();
  const label = useLabel();
  const count = chosen.filter((id) => rooms.some((room) => room.room === id)).length;
  return (
    <Popover position="bottom-start" trapFocus>
      <Popover.Target>
        <Button
          size="xs"
          variant="default"
          rightSection={<IconChevronDown size={14} aria-hidden />}
        >
          {count === 0 ? t("wall.allRooms") : t("wall.someRooms", { count })}
        </Button>
      </Popover.Target>
      <Popover.Dropdown className={classes.choice}>
        <Checkbox.Group
          value={[...chosen]}
          onChange={onChange}
          label={t("wall.chooseRooms")}
          description={t("wall.chooseHint")}
        >
          <Stack gap={8} mt="sm">
            {rooms.map((room) => (
              <Checkbox key={room.room} value={room.room} label={label(room.name)} />
            ))}
          </Stack>
        </Checkbox.Group>
        <Button size="xs" variant="subtle" mt="sm" onClick={() => onChange([])}>
          {t("wall.allRooms")}
        </Button>
      </Popover.Dropdown>
    </Popover>
  );
}
