import { type Detector, evidenceOf, type Noticed, type NoticedBy, type Signal } from "./detector.ts";

/** Whether a finding is to be made of what was noticed. */
export function isFinding(noticed: Noticed | Signal): noticed is Signal {
  return "tell" in noticed;
}

/** What was noticed, and by whom. */
export function noticedIn({ id, family }: Detector, signal: Noticed | Signal): NoticedBy {
  const { name, bits } = signal;
  const isSaid = isFinding(signal);
  return {
    rule: id,
    name,
    severity: isSaid ? signal.severity : undefined,
    evidence: (isSaid ? signal.evidence : undefined) ?? evidenceOf[family],
    ...(bits !== undefined && { bits }),
  };
}

/** How far from the identity's habit an action is: the most that was said, in bits; 0 where nobody said anything. */
export function scoreOf(noticed: readonly NoticedBy[]): number {
  let most = 0;
  for (const { bits = 0 } of noticed) if (bits > most) most = bits;
  return most;
}

const noNames: readonly string[] = [];

/** As what it stands on the action. */
export function namesOf(noticed: readonly NoticedBy[]): readonly string[] {
  return noticed.length === 0 ? noNames : noticed.map(({ rule, name }) => `${rule}/${name}`);
}
