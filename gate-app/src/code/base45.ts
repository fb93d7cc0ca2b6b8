/** Base45 (RFC 9285), strictly: one text for each sequence of bytes, and null for every other text. */
const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
const VALUES = new Map([...ALPHABET].map((letter, value) => [letter, value]));

export function fromBase45(text: string): Uint8Array<ArrayBuffer> | null {
  if (text.length % 3 === 1) return null;
  const digits: number[] = [];
  for (const letter of text) {
    const value = VALUES.get(letter);
    if (value === undefined) return null;
    digits.push(value);
  }
  const bytes: number[] = [];
  for (let at = 0; at < digits.length; at += 3) {
    const [a = 0, b = 0, c] = digits.slice(at, at + 3);
    const value = a + b * 45 + (c ?? 0) * 2025;
    if (c === undefined) {
      if (value > 0xff) return null;
      bytes.push(value);
    } else {
      if (value > 0xffff) return null;
      bytes.push(value >> 8, value & 0xff);
    }
  }
  return Uint8Array.from(bytes);
}
