// Passages of before: what the office knew from all phones when the row was issued, and what this phone remembers.
// Twin of src/shouwang/gates/deciding/remembered.py.
import type { Earlier, PassagePolicy, Traveller } from "./types";

const idOf = (each: Earlier): string | null => each.id ?? null;

/** Both together, each passage once. Whoever went out is back when either of the two knows it. */
export function remembered(policy: PassagePolicy, traveller: Traveller): Earlier[] {
  const own = traveller.earlier;
  const office = policy.earlier ?? [];
  const told = new Map<string, Earlier>();
  for (const each of office) if (idOf(each) !== null) told.set(idOf(each) as string, each);
  const known = new Set(own.map(idOf).filter((id) => id !== null));
  const mine = own.map((each) => {
    const id = idOf(each);
    const back = id === null ? null : told.get(id)?.back ?? null;
    return each.back === null && back !== null ? { ...each, back } : each;
  });
  const others = office.filter((each) => idOf(each) === null || !known.has(idOf(each) as string));
  return [...mine, ...others.map((each) => cameBack(each, own))];
}

/** The office does not know of a return that this phone has seen and not yet sent. */
function cameBack(each: Earlier, own: Earlier[]): Earlier {
  if (each.direction !== "out" || each.back !== null || each.row === null) return each;
  const home = own.filter((one) => one.direction === "in" && one.row === each.row && one.at >= each.at).map((one) => one.at);
  return home.length > 0 ? { ...each, back: Math.min(...home) } : each;
}
