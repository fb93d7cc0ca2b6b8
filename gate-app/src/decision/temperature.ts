/** A temperature as it is written ("36.5", "37") in tenths of a degree; null for anything else. */
export function tenths(text: string): number | null {
  const found = /^([0-9]{2})(?:[.]([0-9]))?$/.exec(text);
  return found ? Number(found[1]) * 10 + Number(found[2] ?? "0") : null;
}
