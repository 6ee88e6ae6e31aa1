// SPDX-License-Identifier: Apache-2.0
// The frame of every page but the login: where to go, the time, the alarms, the account.
import { ActionIcon, Menu, UnstyledButton } from "@mantine/core";
import {
  IconBrightness,
  IconChevronDown,
  IconLayoutGrid,
  IconListSearch,
  IconUser,
} from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { Link, Outlet, useNavigate, useRouterState } from "@tanstack/react-router";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { logout } from "../api/client";
import { useMe, useRooms } from "../api/queries";
import { useLabel } from "../i18n";
import { liveConnection } from "../live/use_live";
import { RoomStateIcon } from "../state/room_state";
import { useWord } from "../state/words";
import { formatInstant } from "../time/format";
import { serverClock } from "../time/server_clock";
import { useNow } from "../time/use_now";
import { forgetGrants } from "../viewing/granted";
import { AlarmStrip } from "./alarm_strip";
import { LanguageSwitch } from "./language_switch";
import { Mark } from "./mark";
import { pageChanged, setSchemeChoice, useSchemeChoice, type SchemeChoice } from "./scheme";
import classes from "./shell.module.css";

function Clock() {
  const { t } = useTranslation();
  const now = useNow();
  return (
    <span className={classes.clock} title={t("common.serverTime")}>
      {formatInstant(now)}
    </span>
  );
}

function RoomsMenu() {
  const { t } = useTranslation();
  const label = useLabel();
  const navigate = useNavigate();
  const rooms = useRooms().data?.rooms ?? [];
  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <UnstyledButton className={classes.link}>
          {t("nav.rooms")} <IconChevronDown size={14} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown mah="70vh" className={classes.menu}>
        {rooms.map((room) => (
          <Menu.Item
            key={room.room}
            leftSection={<RoomStateIcon state={room.state} />}
            rightSection={<small>{t(`state.${room.state}`)}</small>}
            onClick={() => void navigate({ to: "/rooms/$room", params: { room: room.room } })}
          >
            {label(room.name)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function SchemeMenu() {
  const { t } = useTranslation();
  const choice = useSchemeChoice();
  const choices: SchemeChoice[] = ["page", "light", "dark"];
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={t("common.scheme")}>
          <IconBrightness size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {choices.map((each) => (
          <Menu.Item
            key={each}
            onClick={() => setSchemeChoice(each)}
            rightSection={each === choice ? "✓" : null}
          >
            {t(`common.scheme_${each}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function AccountMenu() {
  const { t } = useTranslation();
  const word = useWord();
  const me = useMe().data;
  const queries = useQueryClient();
  const navigate = useNavigate();
  const leave = async () => {
    liveConnection.close();
    await logout();
    forgetGrants();
    queries.clear();
    await navigate({ to: "/login", search: {} });
  };
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <UnstyledButton className={classes.link} data-testid="account">
          <IconUser size={16} aria-hidden />
          {me?.account.name}
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {me && word("role", me.account.role)} · Candor {me?.version}
        </Menu.Label>
        <Menu.Item onClick={() => void leave()}>{t("nav.logout")}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

/** The rooms' answer carries the server's time: good enough until the live link measures it. */
function useServerTime(): void {
  const now = useRooms().data?.now;
  useEffect(() => {
    if (now) {
      serverClock.addCoarse(Date.parse(now));
    }
  }, [now]);
}

export function Shell() {
  const { t } = useTranslation();
  const path = useRouterState({ select: (state) => state.location.pathname });
  useServerTime();
  useEffect(pageChanged, [path]);
  return (
    <div className={classes.shell}>
      <a href="#main" className={classes.skip} onClick={focusMain}>
        {t("nav.skip")}
      </a>
      <header className={classes.bar}>
        <Link to="/wall" className={classes.brand} aria-label="Candor">
          <Mark /> Candor
        </Link>
        <nav aria-label={t("nav.label")} className={classes.nav}>
          <Link to="/wall" className={classes.link} activeProps={{ "aria-current": "page" }}>
            <IconLayoutGrid size={16} aria-hidden /> {t("nav.wall")}
          </Link>
          <RoomsMenu />
          <Link to="/sessions" className={classes.link} activeProps={{ "aria-current": "page" }}>
            <IconListSearch size={16} aria-hidden /> {t("nav.sessions")}
          </Link>
        </nav>
        <div className={classes.right}>
          <Clock />
          <LanguageSwitch />
          <SchemeMenu />
          <AccountMenu />
        </div>
      </header>
      <AlarmStrip />
      <main id="main" tabIndex={-1} className={classes.main}>
        <Outlet />
      </main>
    </div>
  );
}

/** The address behind # is the page's: the link must not change it. */
function focusMain(event: React.MouseEvent): void {
  event.preventDefault();
  document.getElementById("main")?.focus();
}
