// SPDX-License-Identifier: Apache-2.0
// How loud a playing element is. Routing an element through WebAudio cannot be undone, and while
// an AudioContext waits for a click it would hold the element's clock: so an element is only
// routed once the context really runs.

let context: AudioContext | null = null;
const analysers = new WeakMap<HTMLMediaElement, AnalyserNode>();

async function running(): Promise<AudioContext | null> {
  if (!navigator.userActivation.hasBeenActive) {
    return null;
  }
  context ??= new AudioContext({ latencyHint: "interactive" });
  if (context.state !== "running") {
    await context.resume();
  }
  return context.state === "running" ? context : null;
}

export async function analyserOf(element: HTMLMediaElement): Promise<AnalyserNode | null> {
  const known = analysers.get(element);
  if (known) {
    return known;
  }
  const audio = await running();
  if (!audio) {
    return null;
  }
  const analyser = audio.createAnalyser();
  analyser.fftSize = 1024;
  audio.createMediaElementSource(element).connect(analyser).connect(audio.destination);
  analysers.set(element, analyser);
  return analyser;
}

export const kSilenceDb = -60;

/** Root mean square of the samples in dB below full scale; at least kSilenceDb. */
export function levelDb(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) {
    sum += sample * sample;
  }
  const rms = Math.sqrt(sum / Math.max(1, samples.length));
  return Math.max(kSilenceDb, 20 * Math.log10(Math.max(rms, 1e-9)));
}
