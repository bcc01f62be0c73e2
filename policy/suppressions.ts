import type { Suppression } from "../schemas/index.ts";
import { Histories, type Said } from "./history.ts";
import { formOf, namePattern } from "./names.ts";

/** No suppression counts for longer than this, whatever it says of itself. */
export const suppressedDaysMax = 90;

const usPerDay = 86_400_000_000;

/** What is asked of a finding that may be hidden. */
interface Found {
  readonly rule: string;
  readonly signal: string;
  /** The action that completed it. */
  readonly action: {
    readonly identityId: string;
    readonly operation: string;
    readonly resources: readonly { readonly id: string }[];
  };
}

/** A suppression as it was set, compiled. */
interface Compiled {
  readonly suppression: Suppression;
  readonly endUs: number;
  readonly fits: (found: Found) => boolean;
}

/** A suppression that stands, and who set it when. */
export interface StandingSuppression {
  readonly suppression: Suppression;
  readonly author: string;
  readonly atUs: number;
  /** When it ends. */
  readonly endUs: number;
}

/** What one tenant's people want to be quiet, as the control log said it. */
export class Suppressions {
  /** By id; undefined where one was taken away. */
  readonly #all = new Histories<Compiled | undefined>();

  /** Notes one that was set; one of the same id is replaced. */
  set(suppression: Suppression, { position, atUs, author }: Omit<Said<unknown>, "value">): void {
    const value = { suppression, endUs: suppressedUntilUs(suppression, atUs), fits: compile(suppression) };
    this.#all.add(suppression.id, { position, atUs, author, value });
  }

  remove(id: string, said: Omit<Said<unknown>, "value">): void {
    this.#all.add(id, { ...said, value: undefined });
  }

  /**
   * Id of the one that hides a finding; of several that which was set first.
   *
   * @param atUs When the log took the action: no sender's word brings back a suppression that has ended.
   */
  hiding(found: Found, atUs: number, control: number): string | undefined {
    if (this.#all.size === 0) return undefined;
    for (const [id, history] of this.#all.entries()) {
      const set = history.at(atUs, control)?.value;
      if (set !== undefined && atUs < set.endUs && set.fits(found)) return id;
    }
    return undefined;
  }

  /** Those that count at an instant, by what the log said before `control`. */
  standing(atUs: number, control = Number.POSITIVE_INFINITY): readonly StandingSuppression[] {
    return [...this.#all.entries()].flatMap(([, history]) => {
      const said = history.at(atUs, control);
      if (said?.value === undefined || atUs >= said.value.endUs) return [];
      const { suppression, endUs } = said.value;
      return [{ suppression, author: said.author, atUs: said.atUs, endUs }];
    });
  }
}

/** When a suppression ends that was set at an instant. */
export function suppressedUntilUs({ untilUs }: Suppression, atUs: number): number {
  return Math.min(untilUs, atUs + suppressedDaysMax * usPerDay);
}

/** Names that try tricks fit no pattern, as nowhere else: nobody hides behind what somebody meant by another name. */
function compile({ matcher }: Suppression): (found: Found) => boolean {
  const { rule, signal } = matcher;
  const identity = takes(matcher.identity);
  const operation = takes(matcher.operation);
  const resource = matcher.resource === undefined ? undefined : takes(matcher.resource);
  return (found) => {
    if (rule !== undefined && rule !== found.rule) return false;
    if (signal !== undefined && signal !== found.signal) return false;
    const { action } = found;
    if (!identity(action.identityId) || !operation(action.operation)) return false;
    if (resource === undefined) return true;
    const { resources } = action;
    return resources.length > 0 && resources.every(({ id }) => resource(id));
  };
}

function takes(pattern: string | undefined): (name: string) => boolean {
  if (pattern === undefined) return () => true;
  const compiled = namePattern(pattern);
  return (name) => compiled.takes(name, formOf(name));
}
