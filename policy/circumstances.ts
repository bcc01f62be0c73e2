import type { AuthorityOutcome, Conditions } from "../schemas/index.ts";
import type { TenantBook } from "./book.ts";
import { durationUs } from "./duration.ts";
import type { ActionFacts } from "./facts.ts";
import { compileNetworks } from "./networks.ts";
import { compilePattern } from "./pattern.ts";

/** By what is judged: the tenant's book, as far as the control log was known. */
export interface Known {
  readonly book: TenantBook;
  readonly control: number;
}

/** Something about one action that must hold, and the boundary that it crosses where it doesn't. */
export interface Circumstance {
  readonly outcome: AuthorityOutcome;
  readonly holds: (facts: ActionFacts, known: Known) => boolean;
}

/** How far a clock may go ahead of the one that issued a credential. */
const skewUs = 300_000_000;

/** Compiles what an action alone must fulfil, from the farthest boundary to the closest. */
export function circumstancesOf(conditions: Conditions): readonly Circumstance[] {
  const { task, environments, networks, sessions, credential, delegation } = conditions;
  const all: Circumstance[] = [];
  if (task !== undefined) all.push({ outcome: "task_closed", holds: openTask(task) });
  if (environments !== undefined) {
    const takes = anyOf(environments);
    all.push({ outcome: "wrong_environment", holds: ({ environment }) => takes(environment) });
  }
  if (networks !== undefined) {
    const holds = compileNetworks(networks);
    all.push({ outcome: "wrong_network", holds: ({ network }) => holds(network) });
  }
  if (sessions !== undefined) {
    const takes = anyOf(sessions);
    all.push({ outcome: "wrong_session", holds: ({ sessionId }) => takes(sessionId) });
  }
  if (credential?.types !== undefined) {
    const takes = anyOf(credential.types);
    all.push({ outcome: "wrong_credential", holds: ({ credentialType }) => takes(credentialType) });
  }
  if (credential?.ageMax !== undefined)
    all.push({ outcome: "credential_too_old", holds: young(durationUs(credential.ageMax)) });
  if (delegation !== undefined) {
    const { roots, depthMax } = delegation;
    if (roots !== undefined) {
      const takes = anyOf(roots);
      all.push({ outcome: "wrong_root", holds: (facts) => takes(facts.path[0] ?? facts.identityId) });
    }
    all.push({ outcome: "too_deep", holds: ({ path }) => path.length - 1 <= depthMax });
  }
  return all;
}

function openTask({ id, kind }: NonNullable<Conditions["task"]>): Circumstance["holds"] {
  const takes = compilePattern(id);
  return ({ taskId, startedAtUs }, { book, control }) => {
    if (taskId === "" || !takes(taskId)) return false;
    const state = book.tasks.of(taskId)?.at(startedAtUs, control)?.value;
    return state?.isOpen === true && (kind === undefined || state.task?.kind === kind);
  };
}

/** A credential that says it was issued long after it was used says nothing. */
function young(ageMaxUs: number): Circumstance["holds"] {
  return ({ credentialIssuedAt, startedAtUs }) => {
    if (credentialIssuedAt === undefined) return false;
    const ageUs = startedAtUs - credentialIssuedAt * 1e6;
    return ageUs >= -skewUs && ageUs <= ageMaxUs;
  };
}

function anyOf(patterns: readonly string[]): (text: string) => boolean {
  const compiled = patterns.map(compilePattern);
  return (text) => compiled.some((takes) => takes(text));
}
