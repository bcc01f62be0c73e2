/** What the control log said of one thing at one place. */
export interface Said<Value> {
  /** Place in the control log. */
  readonly position: number;
  /** From when on it counts, microseconds since 1970. */
  readonly atUs: number;
  /** Who decided it. */
  readonly author: string;
  readonly value: Value;
}

/**
 * What the control log said of one thing, in the order of the log. Each counts from its instant on, until the next does: a judge
 * that names a place of the log and an instant gets the same answer for ever.
 */
export class History<Value> {
  readonly #said: Said<Value>[] = [];

  add(said: Said<Value>): void {
    this.#said.push(said);
  }

  /** What counted at `atUs`, by what the log said before `control`. */
  at(atUs: number, control: number): Said<Value> | undefined {
    return this.#said.findLast((one) => one.position < control && one.atUs <= atUs);
  }

  /** The first that was said, if it was said before `control`. */
  first(control: number): Said<Value> | undefined {
    const [first] = this.#said;
    return first !== undefined && first.position < control ? first : undefined;
  }

  /** The last that was said before `control`, whenever it begins to count. */
  last(control: number): Said<Value> | undefined {
    return this.#said.findLast((one) => one.position < control);
  }

  /** All that was said before `control`, in the order of the log. */
  before(control: number): readonly Said<Value>[] {
    return this.#said.filter((one) => one.position < control);
  }
}

/** Histories by id, made when something is said first. */
export class Histories<Value> {
  readonly #all = new Map<string, History<Value>>();

  /** Of how many things something was said. */
  get size(): number {
    return this.#all.size;
  }

  add(id: string, said: Said<Value>): void {
    const known = this.#all.get(id);
    if (known !== undefined) known.add(said);
    else {
      const history = new History<Value>();
      history.add(said);
      this.#all.set(id, history);
    }
  }

  of(id: string): History<Value> | undefined {
    return this.#all.get(id);
  }

  entries(): IterableIterator<[string, History<Value>]> {
    return this.#all.entries();
  }
}
