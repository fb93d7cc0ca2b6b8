/** A passage that is begun: who it is about, and what has been done of the four musts. Plain data, so it survives a reload. */
import type { Claims } from "../code/profiles";
import type { Reading as CodeReading } from "../code/reading";
import { decidePassage } from "../decision/decide";
import type { Colour, Direction, Gate, Passage, Person, Reading, Traveller } from "../decision/types";
import type { Phone, Roster } from "../phone/phone";
import { uuid7 } from "../store/uuid7";
import { earlierOf } from "./earlier";

export interface Draft {
  id: string;
  direction: Direction;
  traveller: Traveller;
  /** By person: masked name from card, roster or look-up, or an empty text. */
  names: string[];
  /** What the passage carries beside the decision's own words. */
  list: number | null;
  cti: string | null;
  /** Of a vehicle, whose people show a code each: which code each of them showed. */
  codes?: Shown[];
  company: string;
  /** How many came in a vehicle. */
  heads: number | null;
  /** Milliseconds by device clock. */
  begunAt: number;
}

export interface Shown {
  list: number | null;
  cti: string | null;
}

const NOT_OURS: Traveller = {
  kind: "strip", reading: null, people: [], status_at: null, phone_hash: null, plate: null, host: null, host_dwelling: "",
  courier: false, purpose: "", identity: null, mask: null, temperatures: [], earlier: [], list: null, not_measured: false,
};

export function draftOf(phone: Phone, traveller: Partial<Traveller>, more: Partial<Draft> = {}): Draft {
  return {
    id: uuid7(), direction: phone.direction, traveller: { ...NOT_OURS, ...traveller }, names: [], list: null, cti: null,
    company: "", heads: null, begunAt: Date.now(), ...more,
  };
}

type Line = Roster["people"][number];

/** A person as a line of the roster says. */
export function personOfLine(phone: Phone, roster: Roster, line: Line): Person {
  const [row, dwelling, , idx, household] = line;
  return { idx, claim: null, status: phone.statusOf(roster.list, idx), resident: true, row, household, dwelling };
}

function personOfCode(phone: Phone, roster: Roster | null, list: number, idx: number, claim: number): [Person, string] {
  const status = phone.statusOf(list, idx);
  const line = roster?.list === list ? roster.people.find((one) => one[3] === idx) : undefined;
  if (line !== undefined) return [{ ...personOfLine(phone, roster as Roster, line), claim, status }, line[2]];
  // Indexes of another list cannot be compared with the roster: the gate does not know whether they live here.
  const resident = roster?.list === list ? false : null;
  return [{ idx, claim, status, resident, row: null, household: null, dwelling: "" }, ""];
}

/** What a code that was read makes of a traveller. */
function travellerOfClaims(phone: Phone, claims: Claims): { traveller: Partial<Traveller>; more: Partial<Draft> } {
  const found = claims.members.map(([idx, colour]) => personOfCode(phone, phone.rosterInForce(), claims.list, idx, colour));
  const reading: Reading = { state: "ok", issued: claims.iat, expires: claims.exp, of: claims.kind };
  return {
    traveller: { kind: claims.kind, reading, people: found.map(([person]) => person), status_at: phone.listCurrentAt(claims.list) },
    more: { list: claims.list, cti: claims.cti, names: found.map(([, name]) => claims.masked_name ?? name) },
  };
}

export function draftOfCode(phone: Phone, read: CodeReading): Draft {
  if (read.state === "ok") {
    const { traveller, more } = travellerOfClaims(phone, read);
    return draftOf(phone, traveller, more);
  }
  return draftOf(phone, { reading: { state: read.state, issued: null, expires: null, of: "strip" } });
}

/** A visitor or driver who was asked for a code shows it: the draft keeps what was told before. */
export function withCode(phone: Phone, draft: Draft, read: CodeReading): Draft {
  const shown = draftOfCode(phone, read);
  if (draft.traveller.kind === "vehicle") return withPassenger(draft, shown);
  return {
    ...draft, list: shown.list, cti: shown.cti, names: shown.names,
    traveller: {
      ...draft.traveller, reading: shown.traveller.reading, people: shown.traveller.people, status_at: shown.traveller.status_at,
    },
  };
}

/** How many of a vehicle have not shown a code yet. */
export const passengersLeft = ({ traveller, heads }: Draft): number =>
  traveller.kind === "vehicle" ? Math.max(0, (heads ?? 1) - traveller.people.length) : 0;

/** Whether somebody of this vehicle has shown that code already. */
export function isAboard(draft: Draft, read: CodeReading): boolean {
  if (read.state !== "ok") return false;
  const there = draft.traveller.people.map((person, place) => `${draft.codes?.[place]?.list} ${person.idx}`);
  return read.members.some(([idx]) => there.includes(`${read.list} ${idx}`));
}

/** One more of a vehicle's people. Of several codes the oldest and the one that ends first are judged. */
export function withPassenger(draft: Draft, shown: Draft): Draft {
  const before = draft.traveller;
  const codes = [...(draft.codes ?? []), ...shown.traveller.people.map(() => ({ list: shown.list, cti: shown.cti }))];
  const lists = new Set(codes.map((code) => code.list));
  return {
    ...draft, codes, names: [...draft.names, ...shown.names],
    list: lists.size === 1 ? shown.list : null, cti: before.people.length === 0 ? shown.cti : null,
    traveller: {
      ...before, people: [...before.people, ...shown.traveller.people],
      reading: before.reading === null ? shown.traveller.reading : stricter(before.reading, shown.traveller.reading),
      status_at: before.people.length === 0 ? shown.traveller.status_at : earliest(before.status_at, shown.traveller.status_at),
    },
  };
}

const earliest = (one: number | null, other: number | null): number | null => (one === null || other === null ? null : Math.min(one, other));

function stricter(one: Reading, other: Reading | null): Reading {
  if (other === null || one.state !== "ok") return one;
  if (other.state !== "ok") return other;
  return { state: "ok", issued: earliest(one.issued, other.issued), expires: earliest(one.expires, other.expires), of: one.of === "card" ? one.of : other.of };
}

export function draftOfLine(phone: Phone, roster: Roster, line: Line): Draft {
  const person = personOfLine(phone, roster, line);
  return draftOf(
    phone,
    { kind: "roster", people: [person], status_at: phone.listCurrentAt(roster.list) },
    { list: roster.list, names: [line[2]] },
  );
}

/** The guard has found in the roster who stands there: a card or a code of another day says nothing of residence. */
export function withLine(phone: Phone, draft: Draft, roster: Roster, line: Line): Draft {
  const person = personOfLine(phone, roster, line);
  const [first, ...rest] = draft.traveller.people;
  const people = [{ ...person, idx: first?.idx ?? null, claim: first?.claim ?? null, status: first?.status ?? null }, ...rest];
  return { ...draft, names: [draft.names[0] || line[2], ...draft.names.slice(1)], traveller: { ...draft.traveller, people } };
}

const CLAIMS: Record<Colour, number> = { green: 0, red: 1, yellow: 2, grey: 3 };

export interface LookedUp {
  found: boolean;
  colour: Colour | null;
  masked_name: string | null;
  idx: number | null;
  list: number | null;
}

/** Somebody the office answered for. */
export function draftOfLookup(phone: Phone, answer: LookedUp): Draft {
  const claim = CLAIMS[answer.colour ?? "grey"];
  const inForce = phone.rosterInForce();
  const roster = inForce?.list === answer.list ? inForce : null;
  const line = roster?.people.find((one) => one[3] === answer.idx);
  const person: Person = line !== undefined && roster !== null
    ? { ...personOfLine(phone, roster, line), claim }
    : { idx: answer.idx, claim, status: null, resident: roster === null ? null : false, row: null, household: null, dwelling: "" };
  const now = phone.now();
  const reading: Reading = { state: "ok", issued: now, expires: now + (phone.policy?.lookup_max_age ?? 600), of: "lookup" };
  return draftOf(phone, { kind: "lookup", reading, people: [person], status_at: now }, { names: [answer.masked_name ?? ""], list: answer.list });
}

/** The phone itself, in the decision's words. */
export function gateOf(phone: Phone): Gate {
  const roster = phone.roster;
  return {
    compound: phone.policy?.compound ?? phone.enrolment?.compound ?? "",
    gate: phone.policy?.gate ?? String(phone.enrolment?.gate ?? ""),
    ready: phone.isReady(),
    keys_loaded: phone.trust !== null && phone.now() < phone.trust.expires,
    feed_at: phone.headIssued || null,
    clock_offset_ms: phone.clock.issued === 0 && phone.clock.office === null ? null : phone.clock.offsetMs,
    roster_at: roster === null ? null : Math.floor(Date.parse(roster.issued_at) / 1000),
    roster_expires: roster === null ? null : Math.floor(Date.parse(roster.expires_at) / 1000),
  };
}

/** The statuses of today: somebody who waited for a second reading is judged by what is known now. */
function withStatuses(phone: Phone, draft: Draft): Traveller {
  const { traveller } = draft;
  const lists = traveller.people.map((_, place) => draft.codes?.[place]?.list ?? draft.list);
  const [first = draft.list, ...others] = lists;
  if (first === null || traveller.kind === "lookup" || traveller.reading?.of === "lookup") return traveller;
  const people = traveller.people.map((person, place) => {
    const list = lists[place] ?? null;
    return person.idx === null || list === null ? person : { ...person, status: phone.statusOf(list, person.idx) };
  });
  const currents = others.map((list) => (list === null ? null : phone.listCurrentAt(list)));
  return { ...traveller, people, status_at: currents.reduce(earliest, phone.listCurrentAt(first)) };
}

/** What the gate answers for a draft as it stands. */
export async function decide(phone: Phone, draft: Draft): Promise<Passage> {
  const traveller = { ...withStatuses(phone, draft), list: draft.list, earlier: await earlierOf(phone, draft) };
  return decidePassage(phone.policy, traveller, gateOf(phone), draft.direction, Math.floor(Date.now() / 1000));
}
