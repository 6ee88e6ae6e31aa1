// SPDX-License-Identifier: Apache-2.0
// The one thing the player reads inside a chunk: the decode time of its first sample
// (ISO/IEC 14496-12: moof / traf / tfdt). Everything else is the browser's business.

const kMoof = 0x6d6f6f66;
const kTraf = 0x74726166;
const kTfdt = 0x74666474;

interface Box {
  start: number;
  end: number;
}

function findBox(view: DataView, type: number, within: Box): Box | null {
  let at = within.start;
  while (at + 8 <= within.end) {
    const size = view.getUint32(at);
    if (size < 8 || at + size > within.end) {
      return null;
    }
    if (view.getUint32(at + 4) === type) {
      return { start: at + 8, end: at + size };
    }
    at += size;
  }
  return null;
}

/** The decode time in the track's timescale, or null when the chunk has none. */
export function decodeTime(chunk: Uint8Array): number | null {
  const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  let box: Box | null = { start: 0, end: chunk.byteLength };
  for (const type of [kMoof, kTraf, kTfdt]) {
    box = findBox(view, type, box);
    if (!box) {
      return null;
    }
  }
  if (box.end - box.start < 8) {
    return null;
  }
  if (view.getUint8(box.start) === 0) {
    return view.getUint32(box.start + 4);
  }
  return box.end - box.start < 12 ? null : Number(view.getBigUint64(box.start + 4));
}
