/** Asks the decoder, which works in a thread of its own, what a picture says. */
export class Decoder {
  private readonly worker = new Worker(`/gate/${DECODER_FILE}`, { type: "module" });
  private readonly asked = new Map<number, (text: string | null) => void>();
  private last = 0;

  constructor() {
    this.worker.addEventListener("message", (event: MessageEvent<{ id: number; text: string | null }>) => {
      this.asked.get(event.data.id)?.(event.data.text);
      this.asked.delete(event.data.id);
    });
  }

  read(picture: ImageData | Blob): Promise<string | null> {
    const id = ++this.last;
    return new Promise((resolve) => {
      this.asked.set(id, resolve);
      this.worker.postMessage({ id, picture }, picture instanceof ImageData ? [picture.data.buffer] : []);
    });
  }
}

let decoder: Decoder | null = null;

/** One decoder for the whole page: making it costs a second. */
export const theDecoder = (): Decoder => (decoder ??= new Decoder());
