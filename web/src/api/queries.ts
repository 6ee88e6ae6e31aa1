// SPDX-License-Identifier: Apache-2.0
// What the pages ask the monitor for, as TanStack Query sees it: keys, intervals, paging.
import { QueryClient, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import * as api from "./client";
import type { SessionFilter } from "./types";

const kRoomsIntervalMs = 3000;
const kSessionsIntervalMs = 15000;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      retry: (count, error) =>
        count < 2 && !(error instanceof api.ApiError && error.fault.status >= 400),
      staleTime: 2000,
    },
  },
});

export const meQuery = {
  queryKey: ["me"],
  queryFn: async ({ signal }: { signal: AbortSignal }) => api.valueOf(await api.me(signal)),
  staleTime: Infinity,
  retry: false,
};

export function useMe() {
  return useQuery(meQuery);
}

export function useRooms() {
  return useQuery({
    queryKey: ["rooms"],
    queryFn: async ({ signal }) => api.valueOf(await api.rooms(signal)),
    refetchInterval: kRoomsIntervalMs,
  });
}

export function useSessions(filter: SessionFilter) {
  return useInfiniteQuery({
    queryKey: ["sessions", filter],
    initialPageParam: null as string | null,
    queryFn: async ({ pageParam, signal }) =>
      api.valueOf(await api.sessions(filter, pageParam, signal)),
    getNextPageParam: (last) => last.next,
    refetchInterval: kSessionsIntervalMs,
    placeholderData: (before) => before,
  });
}

/** A session's answer is not refetched by itself: its media addresses must stay while it plays. */
export function useSession(id: string) {
  return useQuery({
    queryKey: ["session", id],
    queryFn: async ({ signal }) => api.valueOf(await api.session(id, signal)),
    staleTime: Infinity,
    refetchOnWindowFocus: false,
  });
}
