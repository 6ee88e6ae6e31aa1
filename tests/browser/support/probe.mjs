// SPDX-License-Identifier: Apache-2.0
// Looks at every picture on the screen: a script inside the page follows each video element from
// its birth, reads the counter burned into each frame and keeps when it was shown; and the
// arithmetic from that to delays. The counter is the camera's clock: see bench/clip/README.md.

export const kFrameMs = 40;
export const kFrames = 400;
const kPeriodMs = kFrameMs * kFrames;

/** Runs in the page: how to read the counter of the picture that stands in a video element. */
function installReader() {
  const kBlocks = 19;
  const canvas = document.createElement("canvas");
  canvas.width = kBlocks;
  canvas.height = 1;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.imageSmoothingEnabled = false;
  window.candorRead = (video) => {
    // A block is width / 40 wide and this high: bench/clip/counter.py.
    const side = video.videoWidth / 40;
    const high = Math.max(8, Math.floor(video.videoHeight / 134) * 2);
    // A video that is just loading draws nothing: what was read before must not be read again.
    context.clearRect(0, 0, kBlocks, 1);
    context.drawImage(video, 0, 0, kBlocks * side, high, 0, 0, kBlocks, 1);
    const { data } = context.getImageData(0, 0, kBlocks, 1);
    const bits = Array.from({ length: kBlocks }, (_, i) => (data[i * 4 + 1] > 127 ? 1 : 0));
    const value = bits.slice(2, 18).reduce((sum, bit) => sum * 2 + bit, 0);
    const parity = bits.slice(2, 18).reduce((sum, bit) => sum ^ bit, 0);
    return bits[0] === 1 && bits[1] === 0 && parity === bits[18] ? value : null;
  };
}

/** Runs in the page: follows every video element there is or will be. */
function installFollower() {
  const records = new Map();
  const wall = () => performance.timeOrigin + performance.now();
  const fresh = () => ({ frames: [], shown: 0, lastMs: wall(), longestMs: 0, unreadable: 0 });
  let everyMs = 0;

  const look = (video, record, frame) => {
    // Never less than what an eye would say: the later of "on the screen" and "seen by this code".
    const atMs = performance.timeOrigin + Math.max(performance.now(), frame.expectedDisplayTime);
    record.firstMs ??= atMs;
    record.shown += 1;
    record.longestMs = Math.max(record.longestMs, atMs - record.lastMs);
    record.lastMs = atMs;
    const before = record.frames.at(-1);
    if (before && atMs - before.shownMs < everyMs) {
      return;
    }
    const counter = window.candorRead(video);
    record.unreadable += counter === null ? 1 : 0;
    const byWallClock = Date.now() + atMs - wall();
    record.frames.push({ atMs: byWallClock, shownMs: atMs, counter, mediaTime: frame.mediaTime });
  };

  const follow = (video) => {
    const record = { bornMs: wall(), firstMs: null, ...fresh() };
    records.set(video, record);
    const next = () =>
      video.requestVideoFrameCallback((_now, frame) => {
        look(video, record, frame);
        next();
      });
    next();
  };

  new MutationObserver(() => {
    const found = [...document.querySelectorAll("video")];
    found.filter((video) => !records.has(video)).forEach(follow);
  }).observe(document, { childList: true, subtree: true });

  const alive = () => [...records].filter(([video]) => video.isConnected);
  const begin = (ms = 0) => {
    everyMs = ms;
    alive().forEach(([, record]) => Object.assign(record, fresh()));
  };
  const collect = () =>
    alive().map(([video, record]) => ({
      ...record,
      longestMs: Math.max(record.longestMs, wall() - record.lastMs),
      room: video.dataset.room,
      stream: video.dataset.stream,
      soundBytes: video.webkitAudioDecodedByteCount,
      muted: video.muted,
    }));
  /** begin: forgets what was seen and from now on reads at most one frame in so many ms. */
  window.candorProbe = { wall, begin, collect };
}

/** From now on every page of the context watches its pictures. */
export async function installProbe(context) {
  await context.addInitScript(installReader);
  await context.addInitScript(installFollower);
}

/** From camera to screen; `phaseMs` is how long after the 40 ms tick the camera sends. */
export function delayMs({ atMs, counter }, phaseMs = 0) {
  const sent = counter * kFrameMs + phaseMs;
  const delay = (((atMs - sent) % kPeriodMs) + kPeriodMs) % kPeriodMs;
  // Before it was sent: two clocks disagree, and the figure must show it.
  return delay > kPeriodMs * 0.95 ? delay - kPeriodMs : delay;
}

/** By how many frames the counter is off what the camera sent at `instantMs`: -200 to 199. */
export function framesOff(counter, instantMs, phaseMs = 0) {
  const due = Math.floor((instantMs - phaseMs) / kFrameMs);
  return ((((counter - due) % kFrames) + kFrames * 1.5) % kFrames) - kFrames / 2;
}

/** Nearest rank; null of nothing. */
export function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1);
  return sorted.length === 0 ? null : sorted[Math.max(0, rank)];
}

/** Delays of one collected record, those frames left out that could not be read. */
export function delaysOf(record, phaseMs) {
  return record.frames
    .filter(({ counter }) => counter !== null)
    .map((frame) => delayMs(frame, phaseMs));
}

/** Lets the page play for `seconds` and answers what was on the screen meanwhile. */
export async function watchFor(page, seconds, everyMs = 0) {
  await page.evaluate((ms) => window.candorProbe.begin(ms), everyMs);
  await page.waitForTimeout(seconds * 1000);
  return page.evaluate(() => window.candorProbe.collect());
}

export const round1 = (value) => (value === null ? null : Math.round(value * 10) / 10);
