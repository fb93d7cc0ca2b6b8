// The code: whether it could be read, whether it is in its time, and what colour each person has now.
// Twin of src/shouwang/gates/deciding/code.py.
import { isFor, listOf } from "./exception";
import { finding, gathered, type Finding, type Scene } from "./finding";
import type { Banner, Colour, Kind, Person, Reading, ReadingState, Reason, Verdict } from "./types";

/** As the feed numbers them. Grey is its `other`: no colour yet, or a card that is lost or revoked. */
const COLOURS: readonly Colour[] = ["green", "red", "yellow", "grey"];
const SEVERITY: Record<Colour, number> = { green: 0, grey: 1, yellow: 2, red: 3 };
const CODES: readonly Kind[] = ["strip", "card", "family"];

const UNREAD: Record<Exclude<ReadingState, "ok">, [Verdict, Reason]> = {
  malformed: ["check", "unreadable"],
  unknown_key: ["check", "unknown_key"],
  wrong_use: ["refuse", "wrong_use"],
  bad_signature: ["refuse", "forged"],
};

/** What the code gives: findings, the colour to be shown, banners, and whether any code was there at all. */
export interface Looked {
  findings: Finding[];
  colour: Colour | null;
  banner: Banner[];
  shown: boolean;
}

function only(findings: Finding[], shown = true): Looked {
  return { findings, colour: null, banner: [], shown };
}

function worse(one: Colour, other: Colour): Colour {
  return SEVERITY[other] > SEVERITY[one] ? other : one;
}

/** From the reading to the colours of all people. A code that cannot be trusted gives no colour. */
export function look(scene: Scene): Looked {
  const { traveller } = scene;
  const source = sourceOf(scene);
  const reading = source !== "roster" ? traveller.reading : null;
  if (source === null) return only([], false);
  if (CODES.includes(source) && !scene.gate.keys_loaded) return only([finding("check", "keys_missing")]);
  if (source !== "roster") {
    if (reading === null) return only([finding("check", "unreadable")]);
    if (reading.state !== "ok") return only([finding(...UNREAD[reading.state])]);
  }
  if (traveller.people.length === 0) return only([finding("check", "unreadable")]);
  const timely = times(scene, source, reading);
  const [colours, banner, stale] = coloursOf(scene, source, reading);
  if (stale !== null && (stale.reason === "feed_too_old" || stale.reason === "clock_skew")) return only([...timely, stale]);
  const outcomes = gathered(outcomesOf(scene, source, colours));
  let worst: Colour | null = null;
  for (const colour of colours) if (colour !== null) worst = worst === null ? colour : worse(worst, colour);
  const known = timely.length === 0 && stale === null && !colours.includes(null);
  const lifted = traveller.people.some((person, place) => colours[place] !== "green" && isExcepted(scene, person));
  const hidden = timely.length > 0 || lifted || (source === "card" && worst === "grey");
  const shown = worst !== null && (known || worst !== "green") && !hidden;
  return {
    findings: [...timely, ...(stale === null ? [] : [stale]), ...outcomes],
    colour: shown ? worst : null,
    banner,
    shown: true,
  };
}

/** Where the colours come from: a kind of code, a look-up, or the roster; null while nothing was shown. */
export function sourceOf(scene: Scene): Kind | null {
  const { traveller } = scene;
  if (traveller.kind !== "visitor" && traveller.kind !== "vehicle" && traveller.kind !== "delivery") return traveller.kind;
  if (traveller.reading !== null) {
    const { of } = traveller.reading;
    return CODES.includes(of) || of === "lookup" ? of : "strip";
  }
  return traveller.people.length > 0 ? "roster" : null;
}

/** Issued before now and not yet over, with the tolerance of the clock both ways; of a roster, not yet expired. */
function times(scene: Scene, source: Kind, reading: Reading | null): Finding[] {
  const { policy, now } = scene;
  if (reading === null) {
    const expires = scene.gate.roster_expires;
    return expires === null || now >= expires ? [finding("check", "roster_expired")] : [];
  }
  if (reading.issued === null || reading.expires === null || reading.expires <= reading.issued) {
    return [finding("check", "unreadable")];
  }
  if (reading.issued > now + policy.clock_tolerance) return [finding("check", "clock_skew")];
  const age = source === "card" ? policy.card_max_age : source === "lookup" ? policy.lookup_max_age : policy.strip_max_age;
  const ends = Math.min(reading.expires, reading.issued + age);
  return now > ends + policy.clock_tolerance ? [finding("refuse", "expired")] : [];
}

function coloured(number: number | null): Colour | null {
  return number === null ? null : COLOURS[number] ?? null;
}

/** Each person's colour (null: unknown), banners, and what the age of the data says against a green one. */
function coloursOf(scene: Scene, source: Kind, reading: Reading | null): [(Colour | null)[], Banner[], Finding | null] {
  const { traveller, gate, now } = scene;
  const fresh = scene.policy.freshness;
  const issued = reading === null ? null : reading.issued;
  const statusAt = traveller.status_at;
  const colours = traveller.people.map((person) => colourOf(person, statusAt, issued));
  let held = statusAt !== null && traveller.people.every((person) => coloured(person.status) !== null);
  let asOf = held ? statusAt : gate.feed_at;
  if (source === "lookup" && issued !== null) {
    asOf = held && statusAt !== null ? Math.max(issued, statusAt) : issued;
    held = true;
  }
  if (asOf === null) return [colours, [], finding("check", "feed_too_old")];
  const age = now - asOf;
  if (age < -scene.policy.clock_tolerance) return [colours, [], finding("check", "clock_skew")];
  if (held && age <= fresh.normal) return [colours, [], null];
  if (held && age <= fresh.banner) return [colours, ["feed_late"], null];
  if (source === "roster") {
    return age > fresh.roster ? [colours, [], finding("check", "feed_too_old")] : [colours, ["roster_stale"], null];
  }
  if (age > fresh.stale) return [colours, [], finding("check", "feed_too_old")];
  if (issued === null || now - issued >= fresh.young) return [colours, ["feed_stale"], finding("check", "strip_too_old")];
  return [colours, [held ? "feed_stale" : "list_not_held"], null];
}

/** The feed's colour if at least as new as the code, else the worse of both; the code's where there is no feed. */
function colourOf(person: Person, statusAt: number | null, issued: number | null): Colour | null {
  const claim = issued === null ? null : coloured(person.claim);
  const status = statusAt === null ? null : coloured(person.status);
  if (claim === null || status === null) return claim ?? status;
  if (statusAt !== null && issued !== null && statusAt >= issued) return status;
  return worse(claim, status);
}

/** What each person's colour gives here, in this direction. */
function outcomesOf(scene: Scene, source: Kind, colours: (Colour | null)[]): [number, Finding][] {
  const found: [number, Finding][] = [];
  scene.traveller.people.forEach((person, place) => {
    const colour = colours[place] ?? null;
    if (colour === null) {
      found.push([place + 1, finding("check", "colour_unknown")]);
    } else if (source === "card" && colour === "grey") {
      found.push([place + 1, finding("refuse", "card_revoked")]);
    } else {
      const verdict = given(scene, person, colour);
      const reason = reasonOf(colour, verdict);
      if (reason !== null && !isExcepted(scene, person)) found.push([place + 1, finding(verdict, reason)]);
    }
  });
  return found;
}

const isExcepted = (scene: Scene, person: Person): boolean =>
  scene.excepted.some((one) => isFor(one, person, listOf(scene.traveller)));

function reasonOf(colour: Colour, verdict: Verdict): Reason | null {
  if (verdict === "pass" || colour === "green") return null;
  if (colour === "grey") return verdict === "check" ? "no_colour_home" : "no_colour";
  return verdict === "hold" ? `${colour}_hold` : colour;
}

/** By direction and whether this is the person's own gate; who may live here is treated as living here. */
function given(scene: Scene, person: Person, colour: Colour): Verdict {
  const table = scene.policy.colours;
  const stranger = scene.traveller.kind === "visitor" || scene.traveller.kind === "delivery";
  const own = person.resident === true || (person.resident === null && !stranger);
  if (scene.direction === "in") return (own ? table.in_own : table.in_other)[colour];
  return (own ? table.out_own : table.out_other)[colour];
}
