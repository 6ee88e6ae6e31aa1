// SPDX-License-Identifier: Apache-2.0
// The page's one live connection: which rooms and streams are wanted, one WebSocket for all of
// them, and the way of each message to its room, strictly in the order of arrival.
import { localNow, type ServerClock } from "../time/server_clock";
import { Channel } from "./channel";
import { nanosecondsToMs, parseMessage, parsePacket, type FeedMessage } from "./protocol";
import { RoomFeed } from "./room_feed";
import { playedCodecs } from "./plays";

const kRetriesMs = [1000, 2000, 5000, 10000];
const kPingMs = 4000;
/** Nothing heard for so long means that the connection is dead, whatever the socket says. */
const kSilenceMs = 15000;

/** Names of streams, or null for all of a room's. */
export type Wanted = readonly string[] | null;

export interface LinkStatus {
  connected: boolean;
  /** Server time at which the connection was lost; null while connected or never connected. */
  lostSinceMs: number | null;
}

/** What all subscribers of one room want together; undefined for nothing. */
export function unionOf(wishes: Iterable<Wanted>): Wanted | undefined {
  let names: Set<string> | undefined;
  for (const wish of wishes) {
    if (wish === null) {
      return null;
    }
    names ??= new Set();
    wish.forEach((name) => names?.add(name));
  }
  return names && [...names].sort();
}

export class LiveConnection {
  status: LinkStatus = { connected: false, lostSinceMs: null };
  private socket: WebSocket | null = null;
  private readonly feeds = new Map<string, RoomFeed>();
  private readonly channels = new Map<number, Channel>();
  private readonly wishes = new Map<string, Map<symbol, Wanted>>();
  private readonly sent = new Map<string, string>();
  private readonly watchers = new Set<() => void>();
  private attempt = 0;
  private heardMs = 0;
  private retryTimer: ReturnType<typeof setTimeout> | null = null;
  private pingTimer: ReturnType<typeof setInterval> | null = null;
  private flushing = false;

  constructor(
    private readonly url: string,
    private readonly clock: ServerClock,
  ) {}

  subscribe = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  feed(room: string): RoomFeed {
    let feed = this.feeds.get(room);
    if (!feed) {
      feed = new RoomFeed(room);
      feed.setConnected(this.status.connected);
      this.feeds.set(room, feed);
    }
    return feed;
  }

  /** Wants streams of a room until the answer is called. */
  watch(room: string, streams: Wanted): () => void {
    const key = Symbol(room);
    const wishes = this.wishes.get(room) ?? new Map<symbol, Wanted>();
    wishes.set(key, streams);
    this.wishes.set(room, wishes);
    this.feed(room).clearRefusal();
    this.flushSoon();
    return () => {
      wishes.delete(key);
      this.flushSoon();
    };
  }

  /** Asks again for a room that was refused, after its reason has been given. */
  again(room: string): void {
    this.sent.delete(room);
    this.feed(room).clearRefusal();
    this.flushSoon();
  }

  close(): void {
    this.wishes.clear();
    this.flush();
  }

  /** Wishes change in bursts (a page of tiles): they are sent once, after the burst. */
  private flushSoon(): void {
    if (!this.flushing) {
      this.flushing = true;
      queueMicrotask(() => {
        this.flushing = false;
        this.flush();
      });
    }
  }

  private flush(): void {
    const wanted = new Map<string, Wanted>();
    for (const [room, wishes] of this.wishes) {
      const union = unionOf(wishes.values());
      if (union !== undefined) {
        wanted.set(room, union);
      }
    }
    if (wanted.size === 0) {
      this.hangUp();
      return;
    }
    if (!this.socket) {
      if (!this.retryTimer) {
        this.dial();
      }
      return;
    }
    if (this.socket.readyState === WebSocket.OPEN) {
      this.sendWishes(wanted);
    }
  }

  private sendWishes(wanted: Map<string, Wanted>): void {
    for (const room of [...this.sent.keys()]) {
      if (!wanted.has(room)) {
        this.sent.delete(room);
        this.send({ type: "unwatch", room });
        this.dropRoom(room);
      }
    }
    for (const [room, streams] of wanted) {
      const key = JSON.stringify(streams);
      if (this.sent.get(room) !== key) {
        this.sent.set(room, key);
        this.send({ type: "watch", room, streams, plays: playedCodecs() });
      }
    }
  }

  private send(message: object): void {
    this.socket?.send(JSON.stringify(message));
  }

  private dial(): void {
    const socket = new WebSocket(this.url);
    this.socket = socket;
    socket.binaryType = "arraybuffer";
    this.heardMs = localNow();
    socket.onopen = () => {
      this.attempt = 0;
      this.setStatus({ connected: true, lostSinceMs: null });
      this.ping();
      this.flush();
    };
    socket.onmessage = (event: MessageEvent<string | ArrayBuffer>) => {
      if (socket === this.socket) {
        this.heardMs = localNow();
        this.receive(event.data);
      }
    };
    socket.onclose = () => {
      if (socket === this.socket) {
        this.lost();
      }
    };
    this.pingTimer ??= setInterval(() => this.ping(), kPingMs);
  }

  private ping(): void {
    if (this.socket?.readyState !== WebSocket.OPEN) {
      return;
    }
    if (localNow() - this.heardMs > kSilenceMs) {
      this.socket.close();
      this.lost();
      return;
    }
    this.send({ type: "ping", t: localNow() });
  }

  private lost(): void {
    this.forgetSocket();
    const since = this.status.lostSinceMs ?? this.clock.now();
    this.setStatus({ connected: false, lostSinceMs: since });
    const wait = kRetriesMs[Math.min(this.attempt, kRetriesMs.length - 1)] ?? 0;
    this.attempt += 1;
    this.retryTimer = setTimeout(() => {
      this.retryTimer = null;
      this.flush();
    }, wait);
  }

  private hangUp(): void {
    if (this.retryTimer) {
      clearTimeout(this.retryTimer);
      this.retryTimer = null;
    }
    const socket = this.socket;
    this.forgetSocket();
    socket?.close();
    this.attempt = 0;
    this.setStatus({ connected: false, lostSinceMs: null });
  }

  private forgetSocket(): void {
    this.socket = null;
    if (this.pingTimer) {
      clearInterval(this.pingTimer);
      this.pingTimer = null;
    }
    this.sent.clear();
    this.channels.clear();
    for (const feed of this.feeds.values()) {
      feed.dropChannels();
    }
  }

  private dropRoom(room: string): void {
    for (const [id, channel] of this.channels) {
      if (channel.info.room === room) {
        this.channels.delete(id);
      }
    }
    this.feed(room).dropChannels();
  }

  private setStatus(status: LinkStatus): void {
    this.status = status;
    for (const feed of this.feeds.values()) {
      feed.setConnected(status.connected);
    }
    for (const watcher of this.watchers) {
      watcher();
    }
  }

  private receive(data: string | ArrayBuffer): void {
    if (typeof data !== "string") {
      this.receivePacket(data);
      return;
    }
    const message = parseMessage(data);
    if (message?.type === "pong") {
      this.clock.add(message.t, localNow(), nanosecondsToMs(BigInt(message.now_ns)));
    } else if (message && "room" in message) {
      this.route(message);
    }
  }

  private receivePacket(data: ArrayBuffer): void {
    const packet = parsePacket(data);
    const channel = packet && this.channels.get(packet.channel);
    if (packet && channel) {
      const chunk = channel.take(packet, localNow());
      if (chunk || packet.kind === "init") {
        this.feed(channel.info.room).media(channel, chunk);
      }
    }
  }

  private route(message: FeedMessage & { room: string }): void {
    const feed = this.feed(message.room);
    if (message.type === "stream") {
      const channel = new Channel(message);
      this.channels.set(message.channel, channel);
      feed.addChannel(channel);
      return;
    }
    const channel = "channel" in message ? (this.channels.get(message.channel) ?? null) : null;
    if (message.type === "end" && channel) {
      this.channels.delete(message.channel);
      feed.removeChannel(channel);
      return;
    }
    feed.message(message, channel);
  }
}
