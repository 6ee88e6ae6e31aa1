// SPDX-License-Identifier: Apache-2.0
// The server's time, estimated from ping and pong: the exchange with the shortest way back and
// forth is believed, because its error is at most half of that way.

interface Exchange {
  offsetMs: number;
  roundTripMs: number;
}

const kKeptExchanges = 8;

export function localNow(): number {
  return performance.timeOrigin + performance.now();
}

export class ServerClock {
  private exchanges: Exchange[] = [];
  private coarseMs: number | null = null;

  /** A pong: sent and received by the local clock, `serverMs` what the server's clock said. */
  add(sentMs: number, receivedMs: number, serverMs: number): void {
    const roundTripMs = Math.max(0, receivedMs - sentMs);
    const offsetMs = serverMs - (sentMs + receivedMs) / 2;
    this.exchanges = [...this.exchanges, { offsetMs, roundTripMs }].slice(-kKeptExchanges);
  }

  /** A server time out of an ordinary answer: used until the first pong. */
  addCoarse(serverMs: number): void {
    this.coarseMs = serverMs - localNow();
  }

  /** Server minus local, in milliseconds; 0 while nothing is known. */
  get offsetMs(): number {
    let best: Exchange | null = null;
    for (const exchange of this.exchanges) {
      if (!best || exchange.roundTripMs < best.roundTripMs) {
        best = exchange;
      }
    }
    return best?.offsetMs ?? this.coarseMs ?? 0;
  }

  now(): number {
    return localNow() + this.offsetMs;
  }
}

export const serverClock = new ServerClock();
