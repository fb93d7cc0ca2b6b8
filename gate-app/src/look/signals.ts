/** Tone and vibration of each verdict: the guard need not look to know. */
import type { Verdict } from "../decision/types";

/** [frequency in Hz, from, to] in seconds. */
const TONES: Record<Verdict, [number, number, number][]> = {
  pass: [[880, 0, 0.09], [1320, 0.1, 0.24]],
  refuse: [[196, 0, 0.28], [165, 0.32, 0.7]],
  hold: [[523, 0, 0.14], [523, 0.22, 0.36], [523, 0.44, 0.58]],
  check: [[440, 0, 0.16], [554, 0.2, 0.4]],
};
const SHAKES: Record<Verdict, number[]> = {
  pass: [60],
  refuse: [300, 100, 300],
  hold: [150, 80, 150, 80, 150],
  check: [100, 60, 100],
};

let audio: AudioContext | null = null;

/** Browsers allow sound only after a touch; the first one wakes it. */
export function wakeSound(): void {
  document.addEventListener("pointerdown", () => {
    audio ??= "AudioContext" in window ? new AudioContext() : null;
    if (audio?.state === "suspended") void audio.resume();
  });
}

export function signal(verdict: Verdict): void {
  navigator.vibrate?.(SHAKES[verdict]);
  document.documentElement.dataset["signal"] = verdict;
  if (audio === null || audio.state !== "running") return;
  for (const [frequency, from, to] of TONES[verdict]) {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.type = verdict === "refuse" ? "sawtooth" : "sine";
    tone.frequency.value = frequency;
    const start = audio.currentTime + from;
    const end = audio.currentTime + to;
    volume.gain.setValueAtTime(0.0001, start);
    volume.gain.exponentialRampToValueAtTime(0.5, start + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, end);
    tone.connect(volume).connect(audio.destination);
    tone.start(start);
    tone.stop(end);
  }
}
