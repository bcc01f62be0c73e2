import type { Baseline, Counted, Explanation, Finding, TimelineAction, Usual } from "../../schemas/index.ts";
import { findingLine, findingText, instantText, plain } from "./text.ts";

/** Longest value shown; the rest is in the JSON. */
const valueCharsMax = 60;

/** A finding with all that explains it: its numbers run again, what would have been normal, the nearest past, what happened around. */
export function whyText(explanation: Explanation): string {
  const { finding } = explanation;
  return [
    findingText(finding),
    ...evidenceLines(finding),
    ...recountLines(explanation),
    ...normalLines(explanation),
    ...nearestLines(explanation),
    ...timelineLines(explanation),
  ].join("\n");
}

function evidenceLines({ evidence, confidence, hint, hintWhy, changes }: Finding): readonly string[] {
  const known = confidence === "full" ? "" : ` (${confidence}: little is known of the identity itself)`;
  return [
    `  rests on ${evidence.length === 0 ? "nothing but itself" : evidence.join(", ")}${known}`,
    ...(hint === "" ? [] : [`  looks like ${hint}`]),
    ...hintWhy.map((one) => `    ${plain(one)}`),
    ...changes.map((one) => `  changed lately: ${plain(one)}`),
  ];
}

function recountLines({ recount }: Explanation): readonly string[] {
  const { isEqual, numbers, problem, reasons } = recount;
  if (problem !== "") return [`  run now, that query fails: ${plain(problem)}`];
  if (isEqual) return ["  run now, that query gives the same numbers"];
  const differing = numbers.filter((one) => !one.isEqual);
  return [
    "  run now, that query gives other numbers",
    ...differing.map(
      ({ name, told, now }) => `    ${plain(name).padEnd(14)} told ${shown(told)}, now ${shown(now)}`,
    ),
    ...reasons.map((one) => `    ${plain(one)}`),
  ];
}

function shown(value: number | string | boolean | null): string {
  return value === null ? "nothing" : short(String(value));
}

function normalLines({ normal, cited, finding }: Explanation): readonly string[] {
  if (normal === null)
    return finding.actionIds.length === 0 || cited > 0
      ? []
      : ["  what would have been normal can't be told: no action that it cites is stored any more"];
  const { actions, sessions, sinceUs, isCut, place, usual } = normal;
  if (actions === 0) return ["  what would have been normal can't be told: the identity had no past"];
  const [operation] = usual.find(({ aspect }) => aspect === "operation")?.here ?? [];
  const of = {
    operation: `of ${short(operation?.value ?? "")}`,
    kind: "of actions of its kind, as the operation was never used",
    identity: "of all actions, as nothing of its kind was ever done",
  }[place];
  return [
    `  what would have been normal: ${isCut ? "the latest " : ""}${String(actions)} actions in ${String(sessions)} sessions since ${instantText(sinceUs)}`,
    ...usualLines(usual.slice(0, 1)),
    `    ${of}`,
    ...usualLines(usual.slice(1)),
  ];
}

function usualLines(usual: readonly Usual[]): readonly string[] {
  return usual.flatMap(({ aspect, here, most }) => {
    if (here.length === 0 && most.length === 0) return [];
    const usually = most.map(({ value, actions }) => `${short(value)} ${String(actions)}`).join(", ");
    const seen = here.length === 0 ? "" : `${here.map(seenBefore).join(", ")}; usually `;
    return [`    ${aspect.padEnd(14)} ${seen}${usually === "" ? "none" : usually}`];
  });
}

function seenBefore({ value, actions, found }: Counted): string {
  if (actions === 0) return `${short(value)} never before`;
  const cited = found === 0 ? "" : `, ${found === actions ? "each" : String(found)} in a finding`;
  return `${short(value)} ${String(actions)} before${cited}`;
}

function nearestLines({ nearest }: Explanation): readonly string[] {
  if (nearest === null) return [];
  const { sessionId, startedAtUs, actions, found, likeness, compared } = nearest;
  const { onlyHere, onlyThere, firstDifference } = nearest;
  const cited = found === 0 ? "" : `, ${String(found)} of them in a finding`;
  return [
    `  nearest of ${String(compared)} past sessions: ${short(sessionId)} of ${instantText(startedAtUs)}, ${String(actions)} actions${cited}, ${String(Math.round(likeness * 100))} % alike`,
    ...(firstDifference === null
      ? ["    step by step the same"]
      : [
          `    they part at step ${String(firstDifference.step)}: here ${stepShown(firstDifference.here)}, there ${stepShown(firstDifference.there)}`,
        ]),
    ...only("here", onlyHere),
    ...only("there", onlyThere),
  ];
}

const stepShown = (step: string): string => (step === "" ? "it had ended" : short(step));

function only(where: string, what: readonly string[]): readonly string[] {
  return what.length === 0 ? [] : [`    only ${where}: ${what.map(short).join(", ")}`];
}

function timelineLines({ timeline, sessionActions }: Explanation): readonly string[] {
  if (timeline.length === 0) return [];
  const sessions = new Set(timeline.map(({ sessionId }) => sessionId)).size;
  const of =
    sessions === 1
      ? `of ${String(sessionActions)} actions of the session`
      : `of ${String(sessions)} sessions`;
  return [`  what happened, ${String(timeline.length)} ${of}`, ...timeline.map(actionLine)];
}

function actionLine(action: TimelineAction): string {
  const { place, startedAtUs, phase, kind, operation, resources, status, authority, signals, score } = action;
  const on = resources.map(
    ({ id, origin }) => `${short(id)}${origin === "" ? "" : ` (from ${short(origin)})`}`,
  );
  const began = phase === "start" ? " begins" : "";
  const state = status === "ok" ? authority : `${authority}, ${status}`;
  const scored = score > 0 ? ` ${score.toFixed(1)} bits` : "";
  const noticed = signals.length === 0 && score === 0 ? "" : `  ${plain(signals.join(", "))}${scored}`;
  return `  ${action.isCited ? "▶" : " "} ${String(place).padStart(4)}  ${instantText(startedAtUs).slice(11)}  ${plain(kind)} ${short(operation)}${began}${on.length === 0 ? "" : ` → ${on.join(", ")}`}  [${plain(state)}]${noticed}`;
}

/** What is known of an identity: how much, what it usually does, and what was found. */
export function baselineText(baseline: Baseline): string {
  const { identityId, tenant, actions, activeDays, sessions, gateOpen, stateBytes } = baseline;
  const severities = Object.entries(baseline.severities).map(
    ([severity, count]) => `${String(count)} ${severity}`,
  );
  return [
    `${plain(identityId)} (tenant ${plain(tenant)})`,
    `  seen      ${instantText(baseline.firstAtUs)} – ${instantText(baseline.lastAtUs)} UTC`,
    `  learned   ${String(actions)} actions on ${String(activeDays)} days in ${String(sessions)} sessions or more (both counted up to a few), ${String(stateBytes)} bytes`,
    `  evidence  ${gateOpen ? "enough for findings of behaviour" : "too little for findings of behaviour yet"}`,
    `  usually${baseline.isCut ? ", of its latest actions" : ""}`,
    ...usualLines(baseline.usual),
    `  found     ${severities.length === 0 ? "nothing" : severities.join(", ")}`,
    ...baseline.riskiest.map(
      ({ sessionId, startedAtUs, findings, score }) =>
        `    session ${short(sessionId)} of ${instantText(startedAtUs)}: ${String(findings)} findings, ${score.toFixed(1)} bits`,
    ),
    ...(baseline.findings.length === 0 ? [] : ["  latest"]),
    ...baseline.findings.map((one) => `    ${findingLine(one)}`),
  ].join("\n");
}

/** Text from the outside, cut where it would fill the screen. */
function short(text: string): string {
  const safe = plain(text);
  return safe.length <= valueCharsMax ? safe : `${Array.from(safe).slice(0, valueCharsMax).join("")}…`;
}
