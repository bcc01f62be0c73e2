import type { Resource } from "../../schemas/index.ts";
import type { ActionColumns } from "../attribute/action-columns.ts";
import { absent } from "../decode/index.ts";
import { type Fingerprint, fingerprintOf } from "../learn/fingerprint.ts";
import { type ValuePrints, valuePrintsOf } from "../learn/value-prints.ts";

const noCodes: readonly number[] = [];

/** What one row of the columns acts on: its resources, their texts, and what stands for those where they are compared. */
export class ResourceView {
  row = 0;
  protected readonly columns: ActionColumns;
  readonly #fingerprints = new Map<number, Fingerprint>();
  readonly #valuePrints = new Map<number, ValuePrints>();
  readonly #resourceCodes: number[] = [];

  constructor(columns: ActionColumns) {
    this.columns = columns;
  }

  /** Id of the main resource; undefined when the action has none. */
  get resourceId(): string | undefined {
    const code = this.resourceCode;
    return code === absent ? undefined : this.textOf(code);
  }

  /** Code of the same; `absent` when the action has none. */
  get resourceCode(): number {
    return this.#mainResource(this.columns.codes.resource, 0);
  }

  textOf(code: number): string {
    return this.columns.dictionary.text(code);
  }

  /** Fingerprint of the text of a code, computed once a chunk. */
  fingerprintOf(code: number): Fingerprint {
    const known = this.#fingerprints.get(code);
    if (known !== undefined) return known;
    const made = fingerprintOf(this.textOf(code));
    this.#fingerprints.set(code, made);
    return made;
  }

  /** What kind of thing the main resource is; "" where there is none. */
  get resourceKind(): string {
    const code = this.#mainResource(this.columns.codes.resourceKind, 1);
    return code === absent ? "" : this.textOf(code);
  }

  /** Where the name of the main resource came from; "" when nobody says. */
  get resourceOrigin(): string {
    return this.columns.dictionary.text(this.#mainResource(this.columns.codes.resourceOrigin, 2) || 1);
  }

  /** Code of the same; `absent` where there is no resource. */
  get resourceOriginCode(): number {
    return this.#mainResource(this.columns.codes.resourceOrigin, 2);
  }

  /** Codes of all resources, the main one first: id, kind and origin of each in turn. Good until it is asked for again. */
  get resourceCodes(): readonly number[] {
    const { codes, resources } = this.columns;
    const { row } = this;
    const all = this.#resourceCodes;
    all.length = 0;
    if (codes.resource[row] !== absent)
      all.push(codes.resource[row]!, codes.resourceKind[row]!, codes.resourceOrigin[row]!);
    for (const code of resources[codes.resources[row]!] ?? noCodes) all.push(code);
    return all;
  }

  /** What stands for the text of a code where names of resources are compared; computed once a chunk. */
  valuePrints(code: number): ValuePrints {
    const known = this.#valuePrints.get(code);
    if (known !== undefined) return known;
    const made = valuePrintsOf(this.textOf(code));
    this.#valuePrints.set(code, made);
    return made;
  }

  /** Origins of the resources after the main one. */
  get furtherOrigins(): readonly string[] {
    const further = this.columns.resources[this.columns.codes.resources[this.row]!] ?? [];
    return further.filter((_, at) => at % 3 === 2).map((code) => this.textOf(code));
  }

  /** All resources, the main one first. */
  get resources(): readonly Resource[] {
    const { codes, dictionary, resources } = this.columns;
    const all: Resource[] = [];
    const add = (id: number, kind: number, origin: number): void => {
      all.push({ id: dictionary.text(id), kind: dictionary.text(kind), origin: dictionary.text(origin) });
    };
    const { row } = this;
    if (codes.resource[row] !== absent)
      add(codes.resource[row]!, codes.resourceKind[row]!, codes.resourceOrigin[row]!);
    const further = resources[codes.resources[row]!] ?? [];
    for (let at = 0; at < further.length; at += 3) add(further[at]!, further[at + 1]!, further[at + 2]!);
    return all;
  }

  #mainResource(main: Int32Array, nth: number): number {
    const { codes, resources } = this.columns;
    const { row } = this;
    if (codes.resource[row] !== absent) return main[row]!;
    return codes.resources[row] === -1 ? absent : (resources[codes.resources[row]!]?.[nth] ?? absent);
  }
}
