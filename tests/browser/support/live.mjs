// SPDX-License-Identifier: Apache-2.0
// The live side of the mocked monitor: one WebSocket for each page, chunks paced by the wall
// clock so that the counter in the picture tells the camera's time.
import { atTime, kFrameMs, kFrames } from "./clip.mjs";
import { iso } from "./world.mjs";

const kAudioMs = 1024 / 48;
const kSync = 1;

function packet(kind, flags, channel, captureMs, bytes) {
  const header = Buffer.alloc(16);
  header.writeUInt8(1, 0);
  header.writeUInt8(kind, 1);
  header.writeUInt16BE(flags, 2);
  header.writeUInt32BE(channel, 4);
  header.writeBigInt64BE(BigInt(Math.round(captureMs * 1000)) * 1000n, 8);
  return Buffer.concat([header, bytes]);
}

export class Live {
  #clips;
  #world;
  #viewers = new Set();
  #silent = new Set();
  #frame = Math.floor(Date.now() / kFrameMs);
  #sample = Math.floor(Date.now() / kAudioMs);
  #timer;
  #recordedTimer;

  constructor(clips, world) {
    this.#clips = clips;
    this.#world = world;
    this.#timer = setInterval(() => this.#tick(), 5);
    this.#recordedTimer = setInterval(() => this.#tellRecorded(), 1000);
  }

  close() {
    clearInterval(this.#timer);
    clearInterval(this.#recordedTimer);
    this.dropAll();
  }

  dropAll() {
    for (const viewer of this.#viewers) {
      viewer.socket.terminate();
    }
  }

  /** What is sent for a room at the moment: for checks that hidden tiles stop. */
  watched() {
    return [...this.#viewers].flatMap((viewer) => [...viewer.rooms.keys()]).sort();
  }

  lose(room, name) {
    this.#silent.add(`${room}/${name}`);
    this.#tellChannels(room, name, {
      type: "lost",
      since: iso(Date.now()),
      cause: "camera-offline",
    });
  }

  find(room, name) {
    this.#silent.delete(`${room}/${name}`);
    this.#tellChannels(room, name, { type: "found" });
  }

  /** A room's state has changed: channels end or begin with it. */
  roomChanged(room) {
    for (const viewer of this.#viewers) {
      if (viewer.rooms.has(room.room)) {
        this.#watch(viewer, room.room, viewer.rooms.get(room.room));
      }
    }
  }

  add(socket, login) {
    const viewer = { socket, login, rooms: new Map(), channels: [], next: 1 };
    this.#viewers.add(viewer);
    socket.on("close", () => this.#viewers.delete(viewer));
    socket.on("message", (data) => this.#message(viewer, JSON.parse(data.toString())));
  }

  #send(viewer, message) {
    viewer.socket.send(JSON.stringify(message));
  }

  #message(viewer, message) {
    if (message.type === "ping") {
      const now_ns = String(
        BigInt(Math.round((performance.timeOrigin + performance.now()) * 1e3)) * 1000n,
      );
      this.#send(viewer, { type: "pong", t: message.t, now_ns });
    } else if (message.type === "watch") {
      this.#watch(viewer, message.room, message.streams);
    } else if (message.type === "unwatch") {
      viewer.rooms.delete(message.room);
      viewer.channels = viewer.channels.filter((channel) => channel.room !== message.room);
    }
  }

  #watch(viewer, id, names) {
    const room = this.#world.rooms.find((each) => each.room === id);
    if (!viewer.login.viewings.has(`room:${id}`) || room?.kind === "lawyer") {
      this.#send(viewer, {
        type: "refused",
        room: id,
        message: "no viewing for this room",
      });
      return;
    }
    for (const channel of viewer.channels.filter((each) => each.room === id)) {
      this.#send(viewer, { type: "end", room: id, channel: channel.id });
    }
    viewer.channels = viewer.channels.filter((channel) => channel.room !== id);
    viewer.rooms.set(id, names);
    const { state, since, session } = room;
    this.#send(viewer, { type: "state", room: id, state, since, session });
    this.#send(viewer, {
      type: "viewers",
      room: id,
      names: [viewer.login.name, "chen"],
    });
    if (room.kind === "continuous" || session) {
      const chosen = room.streams.filter((stream) => names === null || names.includes(stream.name));
      const opened = chosen.map((stream) => this.#open(viewer, room, stream));
      opened.forEach((channel) => this.#sendGroup(viewer, channel));
    }
  }

  #clipOf(channel) {
    const { panorama, person, sound } = this.#clips;
    return channel.media === "audio" ? sound : channel.source === "panorama" ? panorama : person;
  }

  #open(viewer, room, stream) {
    const channel = { id: viewer.next, room: room.room, ...stream };
    viewer.next += 1;
    viewer.channels.push(channel);
    const { name, source, label, media, codecs, width, height } = stream;
    const timescale = media === "audio" ? 48000 : 90000;
    const about = {
      name,
      source,
      label,
      media,
      codecs,
      timescale,
      width,
      height,
    };
    const ids = { room: room.room, channel: channel.id, stream: stream.stream };
    this.#send(viewer, { type: "stream", ...ids, ...about });
    viewer.socket.send(packet(1, 0, channel.id, 0, this.#clipOf(channel).init));
    return channel;
  }

  #sendGroup(viewer, channel) {
    if (channel.media === "video" && !this.#silent.has(`${channel.room}/${channel.name}`)) {
      for (let frame = this.#frame - (this.#frame % 50); frame < this.#frame; frame += 1) {
        viewer.socket.send(this.#videoPacket(channel, frame));
      }
    }
  }

  #videoPacket(channel, frame) {
    const chunk = this.#clipOf(channel).chunks[frame % kFrames];
    const flags = frame % 50 === 0 ? kSync : 0;
    return packet(2, flags, channel.id, frame * kFrameMs, atTime(chunk, frame * 3600));
  }

  #tick() {
    const now = Date.now();
    for (; (this.#frame + 1) * kFrameMs <= now + kFrameMs; this.#frame += 1) {
      this.#sendAll("video", (channel) => this.#videoPacket(channel, this.#frame));
    }
    for (; (this.#sample + 1) * kAudioMs <= now; this.#sample += 1) {
      const { chunks } = this.#clips.sound;
      const chunk = chunks[this.#sample % chunks.length];
      const bytes = atTime(chunk, this.#sample * 1024);
      const captureMs = this.#sample * kAudioMs;
      this.#sendAll("audio", (channel) => packet(2, kSync, channel.id, captureMs, bytes));
    }
  }

  #sendAll(media, make) {
    for (const viewer of this.#viewers) {
      for (const channel of viewer.channels) {
        if (channel.media === media && !this.#silent.has(`${channel.room}/${channel.name}`)) {
          viewer.socket.send(make(channel));
        }
      }
    }
  }

  #tellChannels(room, name, message) {
    for (const viewer of this.#viewers) {
      for (const channel of viewer.channels) {
        if (channel.room === room && channel.name === name) {
          this.#send(viewer, { ...message, room, channel: channel.id });
        }
      }
    }
  }

  #tellRecorded() {
    const recorded_to = iso(Date.now() - 700);
    for (const viewer of this.#viewers) {
      for (const id of viewer.rooms.keys()) {
        const channels = viewer.channels.filter((channel) => channel.room === id);
        const streams = channels.map(({ stream }) => ({ stream, recorded_to }));
        this.#send(viewer, { type: "recorded", room: id, streams });
      }
    }
  }
}
