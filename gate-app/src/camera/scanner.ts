/** The camera at the gate: looks for a code several times a second while its picture is on the page. */
import { theDecoder } from "./decoder";

const PAUSE_MS = 60;
const LONGEST_SIDE = 960;
/** A code that is still held before the camera says nothing new; it does once it was away for this long. */
const AWAY_MS = 1_500;
const OPENING_MS = 8_000;
let last = { text: "", seenAt: -Infinity };

export interface Scanned {
  text: string;
  /** When the frame was taken, by performance.now(). */
  frameAt: number;
}

export type CameraTrouble = "none" | "denied" | "absent";

interface TorchTrack extends MediaStreamTrack {
  getCapabilities(): MediaTrackCapabilities & { torch?: boolean };
}

function end(stream: MediaStream | null): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

/** What comes, or null when it does not come within OPENING_MS: some phones say neither yes nor no. While the guard is
 * still being asked for permission nothing is lost by asking again. */
async function inTime<T>(coming: Promise<T>): Promise<T | null> {
  let timer = 0;
  const late = new Promise<null>((resolve) => { timer = window.setTimeout(() => resolve(null), OPENING_MS); });
  return Promise.race([coming, late]).finally(() => window.clearTimeout(timer));
}

export class Scanner {
  private stream: MediaStream | null = null;
  /** What was asked for and has not come yet: a slow phone's camera may wake only after another was asked for. */
  private late: Promise<MediaStream> | null = null;
  stopped = false;
  private readonly canvas = document.createElement("canvas");

  constructor(private readonly video: HTMLVideoElement, private readonly onCode: (scanned: Scanned) => void) {}

  async start(): Promise<CameraTrouble> {
    if (this.stopped) return "none";
    if (navigator.mediaDevices === undefined) return "absent";
    try {
      const wanted = { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } };
      const opening = navigator.mediaDevices.getUserMedia({ video: wanted, audio: false });
      const earlier = this.late;
      const never = new Promise<MediaStream>(() => undefined);
      const stream = await inTime(Promise.race([opening, earlier?.catch(() => never) ?? never]));
      this.late = stream === null && !this.stopped ? opening : null;
      for (const asked of [opening, earlier]) {
        // One camera is enough: what comes beside it, or after nobody waits for it any more, is given back.
        if (asked !== this.late) void asked?.then((come) => { if (come !== stream) end(come); }, () => undefined);
      }
      if (stream === null || this.stopped) {
        end(stream);
        return this.stopped ? "none" : "absent";
      }
      this.stream = stream;
      // Whoever was just dealt with may still hold their phone up.
      last.seenAt = performance.now();
      this.video.srcObject = stream;
      if ((await inTime(this.video.play().then(() => true))) === null) throw new Error("no picture comes");
      if (!this.stopped) void this.look();
      return "none";
    } catch (error) {
      end(this.stream);
      this.stream = null;
      return error instanceof DOMException && error.name === "NotAllowedError" ? "denied" : "absent";
    }
  }

  stop(): void {
    this.stopped = true;
    end(this.stream);
    void this.late?.then(end, () => undefined);
    this.video.srcObject = null;
  }

  hasTorch(): boolean {
    const [track] = (this.stream?.getVideoTracks() ?? []) as TorchTrack[];
    return track?.getCapabilities?.().torch === true;
  }

  async torch(on: boolean): Promise<void> {
    const [track] = this.stream?.getVideoTracks() ?? [];
    await track?.applyConstraints({ advanced: [{ torch: on } as MediaTrackConstraintSet] });
  }

  private async look(): Promise<void> {
    while (!this.stopped) {
      const frameAt = performance.now();
      const picture = this.frame();
      const text = picture === null ? null : await theDecoder().read(picture);
      if (this.stopped) return;
      if (text !== null) {
        const still = text === last.text && frameAt - last.seenAt < AWAY_MS;
        last = { text, seenAt: frameAt };
        if (!still) this.onCode({ text, frameAt });
      }
      await new Promise((resolve) => window.setTimeout(resolve, PAUSE_MS));
    }
  }

  /** The middle of what the camera sees now: the square that the guard sees on the page. */
  private frame(): ImageData | null {
    const { videoWidth: width, videoHeight: height } = this.video;
    const side = Math.min(width, height);
    if (side === 0) return null;
    const drawn = Math.min(side, LONGEST_SIDE);
    this.canvas.width = this.canvas.height = drawn;
    const context = this.canvas.getContext("2d", { willReadFrequently: true });
    if (context === null) return null;
    context.drawImage(this.video, (width - side) / 2, (height - side) / 2, side, side, 0, 0, drawn, drawn);
    return context.getImageData(0, 0, drawn, drawn);
  }
}
