// The four musts: identity, code, mask, temperature; and the second reading after a rest.
// Twin of src/shouwang/gates/deciding/musts.py.
import { finding, gathered, peopleOf, type Finding, type Scene } from "./finding";
import type { Banner, Need, Temperature } from "./types";

/** What the musts give: findings, which are still to be done, and banners. */
export interface Done {
  findings: Finding[];
  open: Need[];
  banner: Banner[];
}

/** Which musts fail, and which are left. A mask that is put on, or a name that is confirmed, mends it at once. */
export function checkMusts(scene: Scene, codeShown: boolean): Done {
  const { policy, traveller } = scene;
  const findings: Finding[] = [];
  const open: Need[] = [];
  for (const must of policy.musts) {
    if (must === "identity") {
      if (traveller.identity === false) findings.push(finding("refuse", "identity_wrong"));
      if (traveller.identity !== true) open.push("identity");
    } else if (must === "code") {
      if (!codeShown) open.push("code");
    } else if (must === "mask") {
      if (traveller.mask === false) findings.push(finding("refuse", "mask_missing"));
      if (traveller.mask !== true) open.push("mask");
    }
  }
  const believed = traveller.temperatures
    .filter((each) => each.tenths >= policy.lowest_tenths && each.tenths <= policy.highest_tenths);
  findings.push(...gathered(fever(scene, believed)));
  if (policy.musts.includes("temperature") && believed.length === 0) open.push("temperature");
  if (policy.musts.includes("temperature") && traveller.not_measured === true && !allMeasured(scene, believed)) {
    findings.push(finding(policy.not_measured ?? "check", "not_measured"));
  }
  return { findings, open, banner: traveller.temperatures.length > 0 && believed.length === 0 ? ["measure_again"] : [] };
}

/** Whether each of several has a reading of their own, or one stands for all. */
function allMeasured(scene: Scene, believed: Temperature[]): boolean {
  const positions = new Set(believed.map((each) => each.position));
  return positions.has(0) || positions.size >= peopleOf(scene).length;
}

/** A reading at the threshold asks for a second after a rest apart; a second that is high too is a fever. */
function fever(scene: Scene, believed: Temperature[]): [number, Finding][] {
  const found: [number, Finding][] = [];
  const rest = scene.policy.second_reading_minutes * 60;
  const positions = [...new Set(believed.map((each) => each.position))].sort((a, b) => a - b);
  for (const position of positions) {
    let first: Temperature | null = null;
    let twice = false;
    const own = believed.filter((each) => each.position === position).sort((a, b) => a.at - b.at || a.tenths - b.tenths);
    for (const each of own) {
      const high = each.tenths >= scene.policy.fever_tenths;
      if (first === null) first = high ? each : null;
      else if (each.at >= first.at + rest) {
        first = null;
        if (high) {
          twice = true;
          break;
        }
      }
    }
    if (twice) found.push([position, finding("hold", "fever")]);
    else if (first !== null && scene.now < first.at + rest) found.push([position, finding("hold", "fever_wait", first.at + rest)]);
    else if (first !== null) found.push([position, finding("hold", "fever_second")]);
  }
  return found;
}
