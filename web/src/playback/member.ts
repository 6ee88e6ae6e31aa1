// SPDX-License-Identifier: Apache-2.0
// One element of a session's playback and where its media time zero lies in the session. A place
// is reached by asking for the range that begins there, never by a seek inside an answer: Chromium
// shows wrong pictures after seeking in what it has read already when many fragments share one
// entry of the sidx (docs/design/retrieval.md). The server makes a range as fast as a seek takes.

const kPatienceMs = 6000;

/** The address of a stream from a position of the session on, and that position as the server
 * will take it; null where the stream has ended. */
export type SourceAt = (positionS: number) => { url: string; originS: number } | null;

export interface MemberOptions {
  sourceAt: SourceAt;
  /** Keeps the last picture on the screen while the next is on its way. */
  still?: HTMLCanvasElement | null;
}

export class Member {
  /** Nothing is recorded of this stream at the place that was asked for. */
  absent = false;
  private originS = 0;

  constructor(
    readonly element: HTMLMediaElement,
    private readonly options: MemberOptions,
  ) {}

  get positionS(): number {
    return this.originS + this.element.currentTime;
  }

  get ready(): boolean {
    return !this.absent && this.element.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA;
  }

  /** Goes there; done when the first picture or sound is there, or there is none. */
  async load(positionS: number, rate: number): Promise<void> {
    const { element } = this;
    const source = this.options.sourceAt(positionS);
    this.keepPicture();
    this.absent = source === null;
    this.originS = source?.originS ?? positionS;
    if (!source) {
      element.removeAttribute("src");
      element.load();
      return;
    }
    const arrived = firstOf(element, ["loadeddata", "error", "emptied"], kPatienceMs);
    element.src = source.url;
    element.defaultPlaybackRate = rate;
    element.playbackRate = rate;
    await arrived;
  }

  play(): void {
    if (!this.absent && !this.element.ended) {
      void this.element.play().catch(() => undefined);
    }
  }

  setRate(rate: number): void {
    if (Math.abs(this.element.playbackRate - rate) > 0.004) {
      this.element.playbackRate = rate;
    }
  }

  private keepPicture(): void {
    const { element, options } = this;
    const canvas = options.still;
    if (canvas && element instanceof HTMLVideoElement && element.videoWidth > 0 && this.ready) {
      canvas.width = element.videoWidth;
      canvas.height = element.videoHeight;
      canvas.getContext("2d")?.drawImage(element, 0, 0);
    }
  }
}

/** The first of these events after the one that a new source itself brings about. */
function firstOf(element: HTMLMediaElement, names: string[], patienceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const stop = new AbortController();
    const done = () => {
      stop.abort();
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(done, patienceMs);
    const begun = () => {
      for (const name of names) {
        element.addEventListener(name, done, { signal: stop.signal });
      }
    };
    element.addEventListener("loadstart", begun, { once: true, signal: stop.signal });
  });
}
