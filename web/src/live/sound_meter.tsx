// SPDX-License-Identifier: Apache-2.0
// The sound meter of the tile that is heard: a bar, the level in dB, and "silent" in words.
import { useEffect, useRef, type RefObject } from "react";
import { useTranslation } from "react-i18next";
import { analyserOf, kSilenceDb, levelDb } from "./sound_level";
import classes from "./sound_meter.module.css";

const kEveryMs = 80;

export function SoundMeter({ videoRef }: { videoRef: RefObject<HTMLVideoElement | null> }) {
  const { t } = useTranslation();
  const bar = useRef<HTMLSpanElement>(null);
  const text = useRef<HTMLSpanElement>(null);
  const silent = t("live.silent");
  useEffect(() => {
    let analyser: AnalyserNode | null = null;
    let stopped = false;
    const element = videoRef.current;
    if (element) {
      void analyserOf(element).then((made) => {
        analyser = made;
      });
    }
    const samples = new Float32Array(1024);
    const timer = setInterval(() => {
      if (!analyser || stopped || !bar.current || !text.current) {
        return;
      }
      analyser.getFloatTimeDomainData(samples);
      const db = levelDb(samples);
      bar.current.style.transform = `scaleX(${(1 - db / kSilenceDb).toFixed(3)})`;
      text.current.textContent = db <= kSilenceDb ? silent : `${Math.round(db)} dB`;
    }, kEveryMs);
    return () => {
      stopped = true;
      clearInterval(timer);
    };
  }, [videoRef, silent]);
  return (
    <span className={classes.meter} data-testid="sound-meter">
      <span className="hidden-but-read">{t("live.meter")}</span>
      <span className={classes.track} aria-hidden>
        <span ref={bar} className={classes.bar} />
      </span>
      <span ref={text} className={classes.text} />
    </span>
  );
}
