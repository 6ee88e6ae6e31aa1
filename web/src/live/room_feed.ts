// SPDX-License-Identifier: Apache-2.0
// One room's part of the live connection: what it shows (a snapshot for React, replaced at each
// change) and who listens to its media (players, outside React).
import type { RoomState, Session } from "../api/types";
import type { Channel, ChannelListener, Chunk } from "./channel";
import { sessionOf, type FeedMessage, type UnplayableReason } from "./protocol";

export interface StreamState {
  name: string;
  stream: string;
  lostSince: string | null;
  cause: string | null;
  recordedTo: string | null;
  skipped: number;
  /** Why it is not shown; null: nothing is known against it. */
  unplayable: UnplayableReason | null;
}

export interface RoomSnapshot {
  connected: boolean;
  state: RoomState | null;
  since: string | null;
  session: Session | null;
  streams: Readonly<Record<string, StreamState>>;
  viewers: readonly string[];
  refused: string | null;
}

const kEmpty: RoomSnapshot = {
  connected: false,
  state: null,
  since: null,
  session: null,
  streams: {},
  viewers: [],
  refused: null,
};

export class RoomFeed {
  snapshot: RoomSnapshot = kEmpty;
  private readonly channels = new Map<string, Channel>();
  private readonly watchers = new Set<() => void>();
  private readonly players = new Set<ChannelListener>();

  constructor(readonly room: string) {}

  channelOf(name: string): Channel | null {
    return this.channels.get(name) ?? null;
  }

  subscribe = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  listen(player: ChannelListener): () => void {
    this.players.add(player);
    return () => this.players.delete(player);
  }

  setConnected(connected: boolean): void {
    if (connected !== this.snapshot.connected) {
      this.update(connected ? { connected } : { connected, viewers: [] });
    }
  }

  /** All channels of the old connection, or of a room no longer watched, mean nothing any more. */
  dropChannels(): void {
    this.channels.clear();
    this.update({ streams: {} });
  }

  addChannel(channel: Channel): void {
    const { name, stream } = channel.info;
    this.channels.set(name, channel);
    const before = this.snapshot.streams[name];
    const state: StreamState = {
      name,
      stream,
      lostSince: null,
      cause: null,
      recordedTo: before?.recordedTo ?? null,
      skipped: before?.skipped ?? 0,
      unplayable: null,
    };
    this.update({ streams: { ...this.snapshot.streams, [name]: state }, refused: null });
  }

  removeChannel(channel: Channel): void {
    if (this.channels.get(channel.info.name) === channel) {
      this.channels.delete(channel.info.name);
    }
  }

  media(channel: Channel, chunk: Chunk | null): void {
    for (const player of this.players) {
      if (chunk) {
        player.chunk(channel, chunk);
      } else {
        player.init(channel);
      }
    }
    if (chunk && this.snapshot.streams[channel.info.name]?.lostSince) {
      this.patchStream(channel.info.name, { lostSince: null, cause: null });
    }
  }

  /** Messages that name a room; `channel` is set when the message names one of ours. */
  message(message: FeedMessage, channel: Channel | null): void {
    switch (message.type) {
      case "state":
        this.update({
          state: message.state,
          since: message.since,
          session: sessionOf(message.session),
        });
        break;
      case "recorded":
        this.recorded(message.streams);
        break;
      case "lost":
        if (channel) {
          const { since, cause } = message;
          this.patchStream(channel.info.name, { lostSince: since, cause });
        }
        break;
      case "found":
        if (channel) {
          this.patchStream(channel.info.name, { lostSince: null, cause: null });
        }
        break;
      case "drop":
        if (channel) {
          const skipped = this.snapshot.streams[channel.info.name]?.skipped ?? 0;
          this.patchStream(channel.info.name, { skipped: skipped + message.chunks });
        }
        break;
      case "unplayable":
        this.unplayable(message.name, message.stream, message.reason);
        break;
      case "viewers":
        this.update({ viewers: message.names });
        break;
      case "refused":
        this.update({ refused: message.message });
        break;
      default:
    }
  }

  clearRefusal(): void {
    if (this.snapshot.refused !== null) {
      this.update({ refused: null });
    }
  }

  /** It may still come, made anew: then addChannel() takes this back. */
  private unplayable(name: string, stream: string, reason: UnplayableReason): void {
    const state: StreamState = {
      name,
      stream,
      lostSince: null,
      cause: null,
      recordedTo: null,
      skipped: 0,
      ...this.snapshot.streams[name],
      unplayable: reason,
    };
    this.update({ streams: { ...this.snapshot.streams, [name]: state } });
  }

  private recorded(list: { stream: string; recorded_to: string | null }[]): void {
    const streams = { ...this.snapshot.streams };
    for (const { stream, recorded_to } of list) {
      for (const state of Object.values(streams)) {
        if (state.stream === stream) {
          streams[state.name] = { ...state, recordedTo: recorded_to };
        }
      }
    }
    this.update({ streams });
  }

  private patchStream(name: string, patch: Partial<StreamState>): void {
    const state = this.snapshot.streams[name];
    if (state) {
      this.update({ streams: { ...this.snapshot.streams, [name]: { ...state, ...patch } } });
    }
  }

  private update(patch: Partial<RoomSnapshot>): void {
    this.snapshot = { ...this.snapshot, ...patch };
    for (const watcher of this.watchers) {
      watcher();
    }
  }
}
