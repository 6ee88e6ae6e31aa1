// SPDX-License-Identifier: Apache-2.0
// What media.mp4 promises over HTTP, asked from within the page with the page's own login:
// parts, conditions, a strong ETag that stays (docs/design/link.md, retrieval.md).
import assert from "node:assert/strict";

/** Runs in the page: one request; the body as length and SHA-256, or left unread. */
async function ask({ url, method, headers, read }) {
  const stop = new AbortController();
  const answer = await fetch(url, { method, headers, signal: stop.signal, cache: "no-store" });
  const of = (name) => answer.headers.get(name);
  const result = {
    status: answer.status,
    etag: of("ETag"),
    range: of("Content-Range"),
    accepts: of("Accept-Ranges"),
    length: Number(of("Content-Length")),
    from: of("X-Candor-From"),
    to: of("X-Candor-To"),
    type: of("Content-Type"),
  };
  if (!read) {
    stop.abort();
    return result;
  }
  const body = await answer.arrayBuffer();
  const digest = await crypto.subtle.digest("SHA-256", body);
  const hex = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0"));
  return { ...result, bytes: body.byteLength, digest: hex.join("") };
}

/** Runs in the page: the digest of a part of the whole answer. */
async function digestOfPart({ url, first, last }) {
  const whole = await (await fetch(url, { cache: "no-store" })).arrayBuffer();
  const digest = await crypto.subtle.digest("SHA-256", whole.slice(first, last + 1));
  const hex = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0"));
  return { bytes: whole.byteLength, digest: hex.join("") };
}

export async function checkMedia(page, url) {
  const send = (headers = {}, method = "GET", read = true) =>
    page.evaluate(ask, { url, method, headers, read });
  const head = await send({}, "HEAD", false);
  assert.equal(head.status, 200, "HEAD");
  assert.match(head.etag ?? "", /^"[^"]+"$/, "the ETag is strong");
  assert.equal(head.type, "video/mp4");
  assert.equal(head.accepts, "bytes");
  const size = head.length;
  assert.ok(size > 10000, `size ${size}`);

  const [first, last] = [Math.floor(size / 2), Math.floor(size / 2) + 65535];
  const part = await send({ Range: `bytes=${first}-${last}` });
  assert.equal(part.status, 206, "a part");
  assert.equal(part.range, `bytes ${first}-${last}/${size}`);
  assert.equal(part.bytes, 65536);
  assert.equal(part.etag, head.etag, "one ETag for parts and whole");
  const whole = await page.evaluate(digestOfPart, { url, first, last });
  assert.equal(whole.bytes, size, "the whole is as long as HEAD said");
  assert.equal(part.digest, whole.digest, "a part has the whole's bytes");

  const tail = await send({ Range: "bytes=-500" });
  assert.equal(tail.range, `bytes ${size - 500}-${size - 1}/${size}`, "the last 500 bytes");
  const beyond = await send({ Range: `bytes=${size}-` });
  assert.equal(beyond.status, 416, "beyond the end");

  const same = await send({ Range: "bytes=0-99", "If-Range": head.etag });
  assert.equal(same.status, 206, "If-Range with the ETag");
  const other = await send({ Range: "bytes=0-99", "If-Range": '"another"' }, "GET", false);
  assert.equal(other.status, 200, "If-Range with another ETag gives the whole");
  const again = await send({}, "HEAD", false);
  assert.deepEqual(
    [again.etag, again.length],
    [head.etag, size],
    "the same question, the same ETag",
  );
  return { bytes: size, from: head.from, to: head.to };
}
