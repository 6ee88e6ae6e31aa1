// SPDX-License-Identifier: Apache-2.0
// Calls of the monitor's API. Every call answers a tagged union, so that the compiler makes the
// caller handle success, error and abort. Holds the CSRF token of the login; no React here.
import type {
  Login,
  Me,
  RoomsAnswer,
  Session,
  SessionDetail,
  SessionFilter,
  SessionsAnswer,
  SessionStart,
  ViewingReason,
  ViewingTarget,
} from "./types";

export interface ApiFault {
  status: number;
  kind: string;
  message: string;
  /** Seconds to wait, from Retry-After; null when the server named none. */
  retryAfter: number | null;
}

export type ApiResult<T> =
  { type: "success"; value: T } | { type: "aborted" } | { type: "error"; fault: ApiFault };

/** What a query throws: the fault, so that a page can say it in words. */
export class ApiError extends Error {
  constructor(readonly fault: ApiFault) {
    super(fault.message);
  }
}

export const kPageSize = 50;
const kUnreachable = "unreachable";

let csrf = "";
export function csrfToken(): string {
  return csrf;
}

interface Call {
  method?: "GET" | "POST";
  body?: unknown;
  signal?: AbortSignal | undefined;
}

async function faultOf(response: Response): Promise<ApiFault> {
  const fault: ApiFault = {
    status: response.status,
    kind: "http",
    message: `${response.status} ${response.statusText}`,
    retryAfter: Number(response.headers.get("Retry-After")) || null,
  };
  try {
    const body = (await response.json()) as { error?: { kind?: string; message?: string } };
    fault.kind = body.error?.kind ?? fault.kind;
    fault.message = body.error?.message ?? fault.message;
  } catch {
    // A proxy's error page is no JSON: the status line says enough.
  }
  return fault;
}

async function call<T>(path: string, options: Call = {}): Promise<ApiResult<T>> {
  const { method = "GET", body, signal } = options;
  const headers: Record<string, string> = { Accept: "application/json" };
  if (method === "POST") {
    headers["Content-Type"] = "application/json";
    headers["X-Candor-CSRF"] = csrf;
  }
  const init: RequestInit = { method, headers, credentials: "same-origin" };
  if (method === "POST") {
    init.body = JSON.stringify(body ?? {});
  }
  if (signal) {
    init.signal = signal;
  }
  try {
    const response = await fetch(`/api${path}`, init);
    if (!response.ok) {
      return { type: "error", fault: await faultOf(response) };
    }
    const value = response.status === 204 ? undefined : ((await response.json()) as T);
    return { type: "success", value: value as T };
  } catch (error) {
    if (signal?.aborted) {
      return { type: "aborted" };
    }
    const message = error instanceof Error ? error.message : String(error);
    return { type: "error", fault: { status: 0, kind: kUnreachable, message, retryAfter: null } };
  }
}

/** For TanStack Query, which wants a value or a throw. */
export function valueOf<T>(result: ApiResult<T>): T {
  if (result.type === "success") {
    return result.value;
  }
  if (result.type === "aborted") {
    throw new ApiError({ status: 0, kind: "aborted", message: "aborted", retryAfter: null });
  }
  throw new ApiError(result.fault);
}

export async function login(name: string, password: string): Promise<ApiResult<Login>> {
  const result = await call<Login>("/login", { method: "POST", body: { name, password } });
  if (result.type === "success") {
    csrf = result.value.csrf;
  }
  return result;
}

export function logout(): Promise<ApiResult<undefined>> {
  return call("/logout", { method: "POST" });
}

export async function me(signal?: AbortSignal): Promise<ApiResult<Me>> {
  const result = await call<Me>("/me", { signal });
  if (result.type === "success") {
    csrf = result.value.csrf;
  }
  return result;
}

export function rooms(signal?: AbortSignal): Promise<ApiResult<RoomsAnswer>> {
  return call("/rooms", { signal });
}

export function openViewing(
  target: ViewingTarget,
  reason: ViewingReason,
  note: string,
): Promise<ApiResult<{ viewing: string }>> {
  return call("/viewings", { method: "POST", body: { ...target, reason, note } });
}

export function startSession(start: SessionStart): Promise<ApiResult<Session>> {
  return call("/sessions", { method: "POST", body: start });
}

export function endSession(session: string, reason: string): Promise<ApiResult<Session>> {
  const path = `/sessions/${encodeURIComponent(session)}/end`;
  return call(path, { method: "POST", body: { reason } });
}

export function sessions(
  filter: SessionFilter,
  before: string | null,
  signal?: AbortSignal,
): Promise<ApiResult<SessionsAnswer>> {
  const query = new URLSearchParams({ limit: String(kPageSize) });
  for (const key of ["q", "room", "case", "from", "to"] as const) {
    const value = filter[key];
    if (value) {
      query.set(key, value);
    }
  }
  if (filter.open !== undefined) {
    query.set("open", String(filter.open));
  }
  if (before) {
    query.set("before", before);
  }
  return call(`/sessions?${query.toString()}`, { signal });
}

export function session(id: string, signal?: AbortSignal): Promise<ApiResult<SessionDetail>> {
  return call(`/sessions/${encodeURIComponent(id)}`, { signal });
}

/** The address of one stream's media; `from` and `to` are the server's own texts. */
export function mediaUrl(id: string, stream: string, from: string, to: string): string {
  const query = new URLSearchParams({ from, to });
  const path = `${encodeURIComponent(id)}/streams/${encodeURIComponent(stream)}`;
  return `/api/sessions/${path}/media.mp4?${query.toString()}`;
}
