import type { GrantHistory } from "./grants.ts";
import { NameIndex } from "./name-index.ts";
import { formOf, type NameForm } from "./names.ts";

/** Operations that are remembered of one identity; all are forgotten at once when full. */
const operationsMax = 16_384;
/** From this many grants on, those that take a resource are found by its name. */
const indexedFrom = 16;

/** What one operation of an identity is judged by. */
export class Candidates {
  /** Grants of which a version takes the operation, the one given first before the others. */
  readonly histories: readonly GrantHistory[];
  readonly form: NameForm;
  #byResource: NameIndex<GrantHistory> | undefined;

  constructor(histories: readonly GrantHistory[], form: NameForm) {
    this.histories = histories;
    this.form = form;
  }

  get isMany(): boolean {
    return this.histories.length >= indexedFrom;
  }

  /** Those of which a version takes a resource as well. */
  near(resourceId: string): readonly GrantHistory[] {
    this.#byResource ??= indexOf(this.histories, "resources");
    return inOrder(this.#byResource.find(resourceId));
  }
}

/** One identity with all that was ever granted to it, by operations. */
export class Holder {
  readonly identityId: string;
  /** Grants of which a version names the identity, the one given first before the others. */
  readonly histories: readonly GrantHistory[];
  #index: NameIndex<GrantHistory> | undefined;
  readonly #taking = new Map<string, Candidates>();

  constructor(identityId: string, histories: readonly GrantHistory[]) {
    this.identityId = identityId;
    this.histories = inOrder(histories);
  }

  taking(operation: string): Candidates {
    const known = this.#taking.get(operation);
    if (known !== undefined) return known;
    if (this.#taking.size >= operationsMax) this.#taking.clear();
    this.#index ??= indexOf(this.histories, "operations");
    const made = new Candidates(inOrder(this.#index.find(operation)), formOf(operation));
    this.#taking.set(operation, made);
    return made;
  }
}

function indexOf(
  histories: readonly GrantHistory[],
  by: "operations" | "resources",
): NameIndex<GrantHistory> {
  const index = new NameIndex<GrantHistory>();
  for (const history of histories)
    for (const version of history.versions) for (const one of version[by]) index.add(one, history);
  return index;
}

const inOrder = (histories: readonly GrantHistory[]): readonly GrantHistory[] =>
  histories.length < 2 ? histories : [...new Set(histories)].toSorted((one, other) => one.nth - other.nth);
