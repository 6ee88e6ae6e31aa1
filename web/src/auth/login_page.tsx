// SPDX-License-Identifier: Apache-2.0
// The login: name and password, in both languages, and what it means to come in.
import { Alert, Button, PasswordInput, Stack, TextInput, Title } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate, useRouter, useSearch } from "@tanstack/react-router";
import { useState, type SubmitEvent } from "react";
import { useTranslation } from "react-i18next";
import { login, type ApiFault } from "../api/client";
import { LanguageSwitch } from "../shell/language_switch";
import { Mark } from "../shell/mark";
import { pageChanged } from "../shell/scheme";
import { useFaultText } from "../state/words";
import { forgetGrants } from "../viewing/granted";
import classes from "./login_page.module.css";

function useLogin() {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const router = useRouter();
  const { next } = useSearch({ from: "/login" });
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<ApiFault | null>(null);
  const enter = async (name: string, password: string) => {
    setBusy(true);
    const result = await login(name, password);
    setBusy(false);
    if (result.type === "error") {
      setFault(result.fault);
      return;
    }
    queries.clear();
    forgetGrants();
    // Only an address of our own: it came out of the page's address.
    if (next?.startsWith("/") && !next.startsWith("//")) {
      router.history.push(next);
    } else {
      await navigate({ to: "/wall" });
    }
    pageChanged();
  };
  return { busy, fault, enter };
}

export function LoginPage() {
  const { t } = useTranslation();
  const faultText = useFaultText();
  const { busy, fault, enter } = useLogin();
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (key: string) => {
      const value = form.get(key);
      return typeof value === "string" ? value : "";
    };
    void enter(text("name").trim(), text("password"));
  };
  return (
    <div className={classes.page}>
      <div className={classes.top}>
        <LanguageSwitch />
      </div>
      <main className={classes.card}>
        <div className={classes.brand}>
          <Mark size={34} />
          <div>
            <Title order={1} className={classes.title}>
              Candor
            </Title>
            <p className={classes.sub}>{t("login.subtitle")}</p>
          </div>
        </div>
        <form onSubmit={submit}>
          <Stack gap="sm">
            <TextInput
              name="name"
              label={t("login.name")}
              autoComplete="username"
              required
              withAsterisk={false}
              size="md"
            />
            <PasswordInput
              name="password"
              label={t("login.password")}
              autoComplete="current-password"
              required
              withAsterisk={false}
              size="md"
              visibilityToggleButtonProps={{ "aria-label": t("login.show") }}
            />
            {fault && (
              <Alert color="red" role="alert" p="sm">
                {fault.status === 401 ? t("login.wrong") : faultText(fault)}
              </Alert>
            )}
            <Button type="submit" size="md" loading={busy} mt={4} fullWidth>
              {t("login.enter")}
            </Button>
          </Stack>
        </form>
        <p className={classes.note}>{t("login.note")}</p>
      </main>
    </div>
  );
}
