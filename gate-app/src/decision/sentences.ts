// What a passage says to the person and to the guard. The words are those of the server: written once for both.
import words from "../../../src/shouwang/gates/sentences.json";
import type { Language, Passage } from "./types";

/** A passage in one language: the verdict in a word, the reason for the person and for the guard, the next step. */
export interface Said {
  verdict: string;
  person: string;
  guard: string;
  next: string;
  banner: string[];
  needs: string[];
}

type Both = Record<Language, string>;

const NEXT_STEPS: Record<string, Both> = words.next;

export function say(passage: Passage, language: Language): Said {
  const until = passage.until === null ? "" : localMoment(passage.until, passage.utc_offset_minutes, language);
  const ends = localMoment(passage.exception_until ?? 0, passage.utc_offset_minutes, language);
  const whole = (form: string): string => form.replaceAll("{until}", until).replaceAll("{exception}", ends);
  let before = "";
  if (passage.positions.length > 0) {
    const form = words.positions[passage.positions.length === 1 ? "one" : "many"][language];
    before = form.replaceAll("{positions}", passage.positions.join(words.between[language]));
  }
  const reason = words.reasons[passage.reason];
  const back = passage.verdict === "pass" && until !== "" ? words.back_by[language] : "";
  const between = language === "zh" || back === "" ? "" : " ";
  return {
    verdict: words.verdicts[passage.verdict][language],
    person: whole(before + reason.person[language] + between + back),
    guard: whole(before + reason.guard[language]),
    next: NEXT_STEPS[passage.next]?.[language] ?? "",
    banner: passage.banner.map((each) => whole(words.banner[each][language])),
    needs: passage.needs.map((each) => words.needs[each][language]),
  };
}

/** A moment in the words of the place: 2月12日14:05 or 14:05 on 12 February. */
export function localMoment(moment: number, offsetMinutes: number, language: Language): string {
  const local = new Date((moment + offsetMinutes * 60) * 1000);
  const two = (number: number): string => String(number).padStart(2, "0");
  const parts: Record<string, string> = {
    month: String(local.getUTCMonth() + 1),
    month_name: words.months[local.getUTCMonth()] ?? "",
    day: String(local.getUTCDate()),
    hour: two(local.getUTCHours()),
    minute: two(local.getUTCMinutes()),
  };
  return words.moment[language].replace(/\{(\w+)\}/g, (_, name: string) => parts[name] ?? "");
}
