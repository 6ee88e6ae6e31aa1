// SPDX-License-Identifier: Apache-2.0
// A small monitor that speaks docs/design/api.md, for tests of the console alone: it checks
// logins, CSRF tokens and viewings as the real one does, and serves the built console under the
// content security policy that the real one sends.
import { randomUUID } from "node:crypto";
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import path from "node:path";
import { Live } from "./live.mjs";
import { iso, makeSession, makeWorld, tracksOf } from "./world.mjs";

const require = createRequire(new URL("../../../web/package.json", import.meta.url));
const { WebSocketServer } = require("ws");

export const kPolicy =
  "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
  "media-src 'self' blob:; connect-src 'self'; object-src 'none'; base-uri 'none'; " +
  "form-action 'self'; frame-ancestors 'none'";
const kTypes = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
};

class Refusal extends Error {
  constructor(status, kind, message) {
    super(message);
    Object.assign(this, { status, kind });
  }
}

async function bodyOf(request) {
  let text = "";
  for await (const part of request) {
    text += part;
  }
  return JSON.parse(text || "{}");
}

function sendRange(request, response, bytes) {
  const match = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
  const first = match ? Number(match[1]) : 0;
  const last = match?.[2] ? Math.min(Number(match[2]), bytes.length - 1) : bytes.length - 1;
  response.setHeader("Content-Type", "video/mp4");
  response.setHeader("Accept-Ranges", "bytes");
  response.setHeader("ETag", `"${bytes.length}"`);
  response.setHeader("Content-Length", last - first + 1);
  if (match) {
    response.setHeader("Content-Range", `bytes ${first}-${last}/${bytes.length}`);
  }
  response.writeHead(match ? 206 : 200);
  response.end(request.method === "HEAD" ? undefined : bytes.subarray(first, last + 1));
}

export class MockMonitor {
  #logins = new Map();
  #clips;
  #dist;
  #server;
  viewings = [];

  constructor(clips, dist, { extraRooms = 0 } = {}) {
    this.#clips = clips;
    this.#dist = dist;
    this.world = makeWorld(clips, extraRooms);
    this.live = new Live(clips, this.world);
  }

  listen(port) {
    this.#server = createServer((request, response) => void this.#serve(request, response));
    const sockets = new WebSocketServer({ noServer: true });
    this.#server.on("upgrade", (request, socket, head) => {
      const login = this.#loginOf(request);
      if (!login || request.url !== "/api/live") {
        socket.end("HTTP/1.1 401 Unauthorized\r\n\r\n");
        return;
      }
      sockets.handleUpgrade(request, socket, head, (opened) => this.live.add(opened, login));
    });
    return new Promise((resolve) => this.#server.listen(port, "127.0.0.1", resolve));
  }

  close() {
    this.live.close();
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(resolve));
  }

  start(id, changes = {}) {
    const room = this.world.rooms.find((each) => each.room === id);
    if (room?.state !== "ready") {
      throw new Refusal(409, "failed-precondition", `room ${id} is not ready`);
    }
    const session = makeSession(room, changes);
    this.world.sessions.unshift(session);
    Object.assign(room, {
      state: "recording",
      since: session.started,
      session,
    });
    this.live.roomChanged(room);
    return session;
  }

  end(id) {
    const session = this.world.sessions.find((each) => each.session === id);
    if (session?.state !== "open") {
      throw new Refusal(409, "failed-precondition", "the session is closed");
    }
    Object.assign(session, { state: "closed", ended: iso(Date.now()) });
    const room = this.world.rooms.find((each) => each.room === session.room);
    Object.assign(room, {
      state: "ready",
      since: session.ended,
      session: null,
    });
    this.live.roomChanged(room);
    return session;
  }

  #loginOf(request) {
    const match = /candor_session=([\w-]+)/.exec(request.headers.cookie ?? "");
    return match ? this.#logins.get(match[1]) : undefined;
  }

  async #serve(request, response) {
    response.setHeader("Content-Security-Policy", kPolicy);
    const url = new URL(request.url, "http://mock");
    try {
      if (url.pathname.startsWith("/api/")) {
        await this.#api(request, response, url);
      } else {
        this.#static(response, url.pathname);
      }
    } catch (error) {
      const { status = 500, kind = "internal", message } = error;
      response.writeHead(status, { "Content-Type": "application/json" });
      response.end(JSON.stringify({ error: { kind, message } }));
    }
  }

  #static(response, name) {
    const file = path.join(this.#dist, path.normalize(name === "/" ? "/index.html" : name));
    if (!existsSync(file) || !statSync(file).isFile()) {
      throw new Refusal(404, "not-found", `no file ${name}`);
    }
    response.writeHead(200, {
      "Content-Type": kTypes[path.extname(file)] ?? "text/plain",
    });
    createReadStream(file).pipe(response);
  }

  async #api(request, response, url) {
    const answer = (status, value) => {
      response.writeHead(status, { "Content-Type": "application/json" });
      response.end(value === undefined ? "" : JSON.stringify(value));
    };
    const body = request.method === "POST" ? await bodyOf(request) : {};
    if (url.pathname === "/api/login") {
      this.#logIn(response, body, answer);
      return;
    }
    const login = this.#loginOf(request);
    if (!login) {
      throw new Refusal(401, "unauthenticated", "log in first");
    }
    if (request.method === "POST" && request.headers["x-candor-csrf"] !== login.csrf) {
      throw new Refusal(403, "permission-denied", "the CSRF token is missing or wrong");
    }
    const media = /^\/api\/sessions\/([\w-]+)\/streams\/([\w-]+)\/media\.mp4$/.exec(url.pathname);
    if (media) {
      this.#media(request, response, login, media.slice(1));
      return;
    }
    answer(...this.#route(`${request.method} ${url.pathname}`, url.searchParams, body, login));
  }

  #logIn(response, { name, password }, answer) {
    if (password !== "correct horse") {
      throw new Refusal(401, "unauthenticated", "wrong name or password");
    }
    const id = randomUUID();
    this.#logins.set(id, { name, csrf: randomUUID(), viewings: new Set() });
    response.setHeader("Set-Cookie", `candor_session=${id}; HttpOnly; SameSite=Strict; Path=/`);
    const account = { name, role: "supervisor" };
    answer(200, { account, csrf: this.#logins.get(id).csrf });
  }

  #route(route, query, body, login) {
    const account = { name: login.name, role: "supervisor" };
    const id = route.split("/")[3];
    switch (route.replace(/\/[\w]{8}-[\w-]+/, "/:id")) {
      case "GET /api/me":
        return [200, { account, csrf: login.csrf, version: "0.1.0-test" }];
      case "POST /api/logout":
        this.#logins.forEach((each, key) => each === login && this.#logins.delete(key));
        return [204];
      case "GET /api/rooms":
        return [200, this.#rooms()];
      case "POST /api/viewings":
        this.viewings.push(body);
        login.viewings.add(body.room ? `room:${body.room}` : `session:${body.session}`);
        return [201, { viewing: randomUUID() }];
      case "GET /api/sessions":
        return [200, this.#list(query)];
      case "POST /api/sessions":
        return [201, this.#start(body)];
      case "GET /api/sessions/:id":
        return [200, this.#detail(id)];
      case "POST /api/sessions/:id/end":
        return [200, this.end(id)];
      default:
        throw new Refusal(404, "not-found", `no ${route}`);
    }
  }

  #rooms() {
    const transcodes = { sounds: 2, pictures: 1, pictures_refused: 3 };
    const { host, rooms } = this.world;
    return { now: iso(Date.now()), hosts: [host], transcodes, alarms: [], rooms };
  }

  #start({ room, case: number, person, interrogators }) {
    const registered = (each, index) => ({
      id: `P-00020${index}`,
      name: each.name ?? each.id,
    });
    return this.start(room, {
      case: number,
      person: registered(person, 0),
      interrogators: interrogators.map((each, index) => registered(each, index + 1)),
    });
  }

  #list(query) {
    const q = query.get("q")?.toLowerCase() ?? "";
    const open = query.get("open");
    const found = this.world.sessions.filter(
      (session) =>
        JSON.stringify([session.case, session.person, session.interrogators])
          .toLowerCase()
          .includes(q) &&
        (!query.get("room") || session.room === query.get("room")) &&
        (open === null || (session.state === "open") === (open === "true")),
    );
    const before = query.get("before");
    const from = before ? found.findIndex((session) => session.session === before) + 1 : 0;
    const page = found.slice(from, from + Number(query.get("limit") ?? 50));
    const more = from + page.length < found.length;
    return { sessions: page, next: more ? page.at(-1).session : null };
  }

  #detail(id) {
    const session = this.world.sessions.find((each) => each.session === id);
    if (!session) {
      throw new Refusal(404, "not-found", `no session ${id}`);
    }
    const room = this.world.rooms.find((each) => each.room === session.room);
    return { ...session, streams: tracksOf(session, room) };
  }

  #media(request, response, login, [id, stream]) {
    if (!login.viewings.has(`session:${id}`)) {
      throw new Refusal(403, "permission-denied", "no viewing for this session");
    }
    const track = this.#detail(id).streams.find((each) => each.stream === stream);
    const { started } = this.#detail(id);
    const from = new URL(request.url, "http://mock").searchParams.get("from") ?? started;
    const name = track.media === "audio" ? "sound" : track.source;
    const startS = (Date.parse(from) - Date.parse(started)) / 1000;
    sendRange(request, response, this.#clips.recordedFrom(name, startS));
  }
}
