/** Looks for one QR code in a picture, away from the page's own thread. */
import { prepareZXingModule, readBarcodes, type ReaderOptions } from "zxing-wasm/reader";

prepareZXingModule({
  overrides: { locateFile: () => `/gate/${WASM_FILE}` },
  fireImmediately: true,
});

const OPTIONS: ReaderOptions = { formats: ["QRCode"], maxNumberOfSymbols: 1, tryHarder: true };

interface Question {
  id: number;
  picture: ImageData | Blob;
}

self.addEventListener("message", (event: MessageEvent<Question>) => {
  const { id, picture } = event.data;
  readBarcodes(picture, OPTIONS).then(
    (found) => self.postMessage({ id, text: found.find((one) => one.isValid)?.text ?? null }),
    () => self.postMessage({ id, text: null }),
  );
});
