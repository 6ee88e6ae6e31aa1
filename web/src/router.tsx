// SPDX-License-Identifier: Apache-2.0
// The pages and their addresses. Addresses live behind the #, so that any static server serves
// them and no case number from a search reaches a server's log.
import {
  createHashHistory,
  createRootRoute,
  createRoute,
  createRouter,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { ApiError } from "./api/client";
import { meQuery, queryClient } from "./api/queries";
import { LoginPage } from "./auth/login_page";
import { SessionPage } from "./playback/session_page";
import { RoomPage } from "./room/room_page";
import { SessionsPage } from "./sessions/sessions_page";
import { NotFound, PageError } from "./shell/page_error";
import { Shell } from "./shell/shell";
import { WallPage } from "./wall/wall_page";

const rootRoute = createRootRoute({ component: Outlet, notFoundComponent: NotFound });

const loginRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/login",
  validateSearch: (search): { next?: string } =>
    typeof search["next"] === "string" ? { next: search["next"] } : {},
  component: LoginPage,
});

const insideRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: "inside",
  beforeLoad: async ({ location }) => {
    try {
      await queryClient.query({ ...meQuery, staleTime: "static" });
    } catch (error) {
      if (error instanceof ApiError && error.fault.status === 401) {
        // eslint-disable-next-line @typescript-eslint/only-throw-error -- the router's own way
        throw redirect({ to: "/login", search: { next: location.href } });
      }
      throw error;
    }
  },
  component: Shell,
  errorComponent: PageError,
});

const homeRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: "/",
  beforeLoad: () => {
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- the router's own way
    throw redirect({ to: "/wall" });
  },
});

const wallRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: "/wall",
  component: WallPage,
});

const roomRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: "/rooms/$room",
  component: RoomPage,
});

export interface SessionsSearch {
  q?: string;
  room?: string;
  case?: string;
  from?: string;
  to?: string;
  open?: boolean;
}

const sessionsRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: "/sessions",
  validateSearch: (search): SessionsSearch => {
    const kept: SessionsSearch = {};
    for (const key of ["q", "room", "case", "from", "to"] as const) {
      const value = search[key];
      // The router reads "2024" in an address as a number; to us it is a text.
      if ((typeof value === "string" || typeof value === "number") && value !== "") {
        kept[key] = String(value);
      }
    }
    if (typeof search["open"] === "boolean") {
      kept.open = search["open"];
    }
    return kept;
  },
  component: SessionsPage,
});

const sessionRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: "/sessions/$session",
  component: SessionPage,
});

export const router = createRouter({
  routeTree: rootRoute.addChildren([
    loginRoute,
    insideRoute.addChildren([homeRoute, wallRoute, roomRoute, sessionsRoute, sessionRoute]),
  ]),
  history: createHashHistory(),
  defaultPreload: false,
  defaultErrorComponent: PageError,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
