// SPDX-License-Identifier: Apache-2.0
// Plays one recorded range as <video src> in Debian's Chromium and seeks forth and back in what was
// read already: at each place the counter in the picture must be that of the place.
//   node seeks.mjs --socket S --target T --seconds N    S, T: capture's socket, path of a media.mp4
// Prints one JSON line; exit 1 when a picture is another one.
import http from "node:http";
import { parseArgs } from "node:util";
import { launch, openPage, readCounter } from "./support/chromium.mjs";
import { kFrameMs, kFrames } from "./support/probe.mjs";

const kSeeks = 20;
const kSeekPatienceMs = 10000;
/** A place lies in the middle of a frame: the picture is that one, or a stamp was rounded. */
const kFramesOffMax = 1;
const kPage = `<!doctype html><meta charset="utf-8"><video muted preload="auto"></video>`;

/** Chromium has no way to a Unix socket: "/" is a page, all else goes to `socketPath`. */
function startProxy(socketPath) {
  const sent = { bytes: 0 };
  const server = http.createServer((request, response) => {
    if (request.url === "/") {
      response.writeHead(200, { "content-type": "text/html" }).end(kPage);
      return;
    }
    const { method, url, headers } = request;
    const options = { socketPath, method, path: url, headers };
    const onward = http.request(options, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.on("data", (block) => (sent.bytes += block.length));
      answer.on("error", () => response.destroy());
      answer.pipe(response);
    });
    onward.on("error", () => response.destroy());
    response.on("close", () => onward.destroy());
    onward.end();
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve({ server, sent, port: server.address().port }));
  });
}

/** Runs in the page: opens the range and waits until its first picture stands. */
async function load([target, patienceMs]) {
  const video = document.querySelector("video");
  const begun = performance.now();
  const loaded = new Promise((resolve, reject) => {
    video.onloadeddata = resolve;
    video.onerror = () => reject(new Error(video.error.message));
    setTimeout(() => reject(new Error("nothing was loaded")), patienceMs);
  });
  video.src = target;
  await loaded;
  return { loadMs: Math.round(performance.now() - begun), lengthS: video.duration };
}

/** Runs in the page: seeks, and answers which picture stands there then. */
async function seek([atS, patienceMs]) {
  const video = document.querySelector("video");
  const begun = performance.now();
  const frame = await new Promise((resolve, reject) => {
    video.requestVideoFrameCallback((_now, shown) => resolve(shown));
    setTimeout(() => reject(new Error(`no picture at ${atS} s`)), patienceMs);
    video.currentTime = atS;
  });
  const counter = window.candorReadCounter(video);
  return { atS, counter, mediaTime: frame.mediaTime, ms: performance.now() - begun };
}

/** The middles of frames: first forth over everything, which reads it, then forth and back. */
function places(seconds) {
  const middle = (atS) => (Math.floor((atS * 1000) / kFrameMs) + 0.5) * (kFrameMs / 1000);
  const read = Array.from({ length: Math.floor(seconds / 2) }, (_, i) => middle(i * 2 + 0.7));
  // Steps of about 0.38 of the whole, wrapped: far and near, forth and back, every time another.
  const again = Array.from({ length: kSeeks }, (_, i) =>
    middle(((i + 1) * 0.382 * seconds) % seconds),
  );
  return [...read, ...again];
}

function framesOff(picture, first) {
  const due = first.counter + Math.round(((picture.atS - first.atS) * 1000) / kFrameMs);
  const off = (picture.counter - due) % kFrames;
  return ((off + kFrames * 1.5) % kFrames) - kFrames / 2;
}

async function check(page, { target, seconds, sent }) {
  const opened = await page.evaluate(load, [target, kSeekPatienceMs]);
  const bytes_to_load = sent.bytes;
  const pictures = [];
  for (const atS of places(seconds)) {
    pictures.push(await page.evaluate(seek, [atS, kSeekPatienceMs]));
  }
  const wrong = pictures
    .map((picture) => ({ ...picture, off: framesOff(picture, pictures[0]) }))
    .filter(({ counter, off }) => counter === null || Math.abs(off) > kFramesOffMax);
  const times = pictures.map(({ ms }) => ms).sort((a, b) => a - b);
  return {
    ...opened,
    bytes_to_load,
    bytes_in_all: sent.bytes,
    seeks: pictures.length,
    median_seek_ms: Math.round(times[Math.floor(times.length / 2)]),
    longest_seek_ms: Math.round(times.at(-1)),
    wrong,
  };
}

const { values } = parseArgs({
  options: {
    socket: { type: "string" },
    target: { type: "string" },
    seconds: { type: "string" },
  },
});
const { server, sent, port } = await startProxy(values.socket);
const browser = await launch();
try {
  const { page } = await openPage(browser);
  await page.goto(`http://127.0.0.1:${port}/`);
  await page.evaluate(`window.candorReadCounter = ${readCounter.toString()}`);
  const seconds = Number(values.seconds);
  const result = await check(page, { target: values.target, seconds, sent });
  console.log(JSON.stringify({ chromium: browser.version(), ...result }));
  process.exitCode = result.wrong.length === 0 ? 0 : 1;
} finally {
  await browser.close();
  server.close();
  server.closeAllConnections();
}
