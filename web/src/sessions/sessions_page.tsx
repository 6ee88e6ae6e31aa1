// SPDX-License-Identifier: Apache-2.0
// All sessions: search, filters, the list with its facts, older ones by page.
import { Button, NativeSelect, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useRooms, useSessions } from "../api/queries";
import type { SessionFilter } from "../api/types";
import { useLabel } from "../i18n";
import type { SessionsSearch } from "../router";
import { FaultAlert } from "../shell/page_error";
import { dayEnd, dayStart } from "./days";
import { SessionTable } from "./session_table";
import classes from "./sessions.module.css";

type OpenChoice = "all" | "open" | "closed";

function filterOf(search: SessionsSearch): SessionFilter {
  const filter: SessionFilter = {};
  for (const key of ["q", "room", "case"] as const) {
    const value = search[key];
    if (value) {
      filter[key] = value;
    }
  }
  const from = search.from && dayStart(search.from);
  const to = search.to && dayEnd(search.to);
  return {
    ...filter,
    ...(from ? { from } : {}),
    ...(to ? { to } : {}),
    ...(search.open === undefined ? {} : { open: search.open }),
  };
}

/** What is empty stands for no filter and does not belong in the address. */
function withoutBlanks(search: SessionsSearch): SessionsSearch {
  const entries = Object.entries(search) as [string, string | boolean | undefined][];
  return Object.fromEntries(entries.filter(([, value]) => value !== "" && value !== undefined));
}

interface FiltersProps {
  search: SessionsSearch;
  onChange: (patch: SessionsSearch) => void;
}

function SearchField({ search, onChange }: FiltersProps) {
  const { t } = useTranslation();
  const [text, setText] = useState(search.q ?? "");
  return (
    <form
      role="search"
      className={classes.search}
      onSubmit={(event) => {
        event.preventDefault();
        onChange({ q: text.trim() });
      }}
    >
      <TextInput
        type="search"
        label={t("sessions.search")}
        placeholder={t("sessions.searchHint")}
        leftSection={<IconSearch size={15} aria-hidden />}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        data-testid="search"
      />
      <Button type="submit" variant="default">
        {t("sessions.go")}
      </Button>
    </form>
  );
}

function Filters({ search, onChange }: FiltersProps) {
  const { t } = useTranslation();
  const label = useLabel();
  const rooms = useRooms().data?.rooms ?? [];
  const open: OpenChoice = search.open === undefined ? "all" : search.open ? "open" : "closed";
  const choices: OpenChoice[] = ["all", "open", "closed"];
  return (
    <div className={classes.filters}>
      <SearchField key={search.q ?? ""} search={search} onChange={onChange} />
      <NativeSelect
        label={t("session.room")}
        value={search.room ?? ""}
        onChange={(event) => onChange({ room: event.currentTarget.value })}
        data={[
          { value: "", label: t("wall.allRooms") },
          ...rooms
            .filter((room) => room.kind === "session")
            .map((room) => ({ value: room.room, label: label(room.name) })),
        ]}
      />
      <NativeSelect
        label={t("session.state")}
        value={open}
        onChange={(event) => {
          const value = event.currentTarget.value as OpenChoice;
          onChange({ open: value === "all" ? undefined : value === "open" });
        }}
        data={choices.map((each) => ({ value: each, label: t(`sessions.${each}`) }))}
        data-testid="open-filter"
      />
      <TextInput
        type="date"
        label={t("sessions.from")}
        value={search.from ?? ""}
        onChange={(event) => onChange({ from: event.currentTarget.value })}
      />
      <TextInput
        type="date"
        label={t("sessions.to")}
        value={search.to ?? ""}
        onChange={(event) => onChange({ to: event.currentTarget.value })}
      />
    </div>
  );
}

export function SessionsPage() {
  const { t } = useTranslation();
  const search = useSearch({ from: "/inside/sessions" });
  const navigate = useNavigate();
  const list = useSessions(filterOf(search));
  const sessions = list.data?.pages.flatMap((page) => page.sessions) ?? [];
  const change = (patch: SessionsSearch) => {
    void navigate({ to: "/sessions", search: withoutBlanks({ ...search, ...patch }) });
  };
  return (
    <div className={classes.page}>
      <h1 className={classes.title}>{t("nav.sessions")}</h1>
      <Filters search={search} onChange={change} />
      {list.isError && <FaultAlert error={list.error} onRetry={() => void list.refetch()} />}
      {list.isSuccess && sessions.length === 0 && (
        <p className={classes.empty}>{t("sessions.none")}</p>
      )}
      {sessions.length > 0 && <SessionTable sessions={sessions} />}
      <p role="status" className="hidden-but-read">
        {t("sessions.count", { count: sessions.length })}
      </p>
      {list.hasNextPage && (
        <Button
          variant="default"
          loading={list.isFetchingNextPage}
          onClick={() => void list.fetchNextPage()}
          className={classes.older}
          data-testid="older"
        >
          {t("sessions.older")}
        </Button>
      )}
    </div>
  );
}
