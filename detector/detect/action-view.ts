import type { ActionKind, LogPosition, Resource } from "../../schemas/index.ts";
import { type ActionColumns, idInts } from "../attribute/action-columns.ts";
import { idText } from "../attribute/ids.ts";
import { absent, empty } from "../decode/index.ts";
import { type Fingerprint, fingerprintOf } from "../learn/fingerprint.ts";
import { hourOf } from "../learn/news-rate.ts";
import { type ValuePrints, valuePrintsOf } from "../learn/value-prints.ts";
import type { RecordPlaces } from "./record-places.ts";

const hoursAWeek = 168;
const noCodes: readonly number[] = [];

/**
 * One row of the columns as an action to read: a window that moves from row to row, so that no object is made for an
 * action. Texts are only made when they are asked for. Keep what was read, never the view.
 */
export class ActionView {
  row = 0;
  /** Which of the partition's judged actions it is, from 0. */
  ordinal = 0;
  readonly #columns: ActionColumns;
  readonly #places: RecordPlaces;
  readonly #fingerprints = new Map<number, Fingerprint>();
  readonly #nameCodes = new Map<string, number>();
  readonly #valuePrints = new Map<number, ValuePrints>();
  readonly #resourceCodes: number[] = [];

  constructor(columns: ActionColumns, places: RecordPlaces) {
    this.#columns = columns;
    this.#places = places;
  }

  get id(): string {
    return idText(this.#columns.ids, this.row * idInts);
  }

  get tenant(): string {
    return this.#text(this.#columns.codes.tenant);
  }

  get identityId(): string {
    return this.#text(this.#columns.codes.identity);
  }

  get identityKind(): string {
    return this.#text(this.#columns.codes.identityKind);
  }

  /** Whether its sender claimed an identity that it may not speak for. */
  get isContradicted(): boolean {
    return this.#columns.codes.contradicted[this.row] !== absent;
  }

  /** The identity that was claimed so; only of one that is contradicted. */
  get contradicted(): string {
    return this.#text(this.#columns.codes.contradicted);
  }

  get strength(): string {
    return this.#text(this.#columns.codes.strength);
  }

  /** Name of the client that delivered it, "" for one that proved nothing. */
  get source(): string {
    return this.#text(this.#columns.codes.source);
  }

  get chainId(): string {
    return this.#text(this.#columns.codes.chain);
  }

  get sessionId(): string {
    return this.#text(this.#columns.codes.session);
  }

  /** Fingerprint of the session. */
  get sessionPrint(): Fingerprint {
    return this.fingerprintOf(this.#columns.codes.session[this.row]!);
  }

  get taskId(): string {
    return this.#text(this.#columns.codes.task);
  }

  /** Who answers for the identity, as the sender says; "" where it doesn't. */
  get owner(): string {
    return this.#text(this.#columns.codes.owner);
  }

  /** The approval that the sender says it acts under. */
  get claimedApprovalId(): string {
    return this.#text(this.#columns.codes.claimedApproval);
  }

  get status(): string {
    return this.#text(this.#columns.codes.status);
  }

  /** Whether a guard stopped it, or the called service refused it: it was tried, and nothing happened. */
  get isRefused(): boolean {
    return this.status === "denied" || this.#text(this.#columns.codes.outcome) === "blocked";
  }

  get kind(): ActionKind {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Only kinds of the contract become codes here.
    return this.#text(this.#columns.codes.kind) as ActionKind;
  }

  get operation(): string {
    return this.#text(this.#columns.codes.operation);
  }

  /** How many the delegation path names, the root and the acting identity among them. */
  get pathLength(): number {
    return this.#columns.paths[this.#columns.codes.path[this.row]!]?.length ?? 0;
  }

  /** Delegation path: root principal first, acting identity last. */
  get path(): readonly string[] {
    return (this.#columns.paths[this.#columns.codes.path[this.row]!] ?? []).map((code) => this.textOf(code));
  }

  /** Code of who handed the work on to the acting identity; `absent` when nobody did. */
  get callerCode(): number {
    return this.#columns.paths[this.#columns.codes.path[this.row]!]?.at(-2) ?? absent;
  }

  get environment(): string {
    return this.attribute("deployment.environment.name") ?? "";
  }

  get credentialType(): string {
    return this.attribute("nhi.credential.type") ?? "";
  }

  /** Seconds since 1970; undefined where the credential doesn't say. */
  get credentialIssuedAt(): number | undefined {
    return this.#wholeNumber("nhi.credential.issued_at");
  }

  get credentialExpiresAt(): number | undefined {
    return this.#wholeNumber("nhi.credential.expires_at");
  }

  /** An attribute that is kept with the action, as text; undefined where it has none. */
  attribute(name: string): string | undefined {
    const code = this.attributeCode(name);
    return code === absent ? undefined : this.textOf(code);
  }

  /** Code of the same; `absent` where it has none. */
  attributeCode(name: string): number {
    const { codes, stored, dictionary } = this.#columns;
    const end = this.#columns.storedEnd(this.row);
    const code = this.#nameCode(name);
    for (let at = codes.stored[this.row]!; at < end; at += 2)
      if (stored[at] === code || (code === empty && dictionary.text(stored[at]!) === name))
        return stored[at + 1]!;
    return absent;
  }

  /** The approval that its sender names. */
  get approvalId(): string {
    return this.#text(this.#columns.codes.claimedApproval);
  }

  get digest(): string {
    return this.attribute("nhi.action.digest") ?? "";
  }

  get resultBytes(): number | undefined {
    return this.#wholeNumber("nhi.result.bytes");
  }

  get isOk(): boolean {
    return this.#text(this.#columns.codes.status) === "ok";
  }

  /** Whether a guard kept it from running. */
  get isHeldBack(): boolean {
    const outcome = this.#text(this.#columns.codes.outcome);
    return outcome === "blocked" || outcome === "asked";
  }

  /** Names are words of the table, and so have one code each; `empty` where the columns were made without the table. */
  #nameCode(name: string): number {
    const known = this.#nameCodes.get(name);
    if (known !== undefined) return known;
    const code = this.#columns.dictionary.wordCode(name);
    this.#nameCodes.set(name, code);
    return code;
  }

  #wholeNumber(name: string): number | undefined {
    const text = this.attribute(name);
    return text === undefined || text === "" ? undefined : Number(text);
  }

  get network(): string {
    return this.#text(this.#columns.codes.network);
  }

  get credentialId(): string {
    return this.#text(this.#columns.codes.credential);
  }

  /** Whether it tells that an action began, whose end is still to come. */
  get isStart(): boolean {
    return this.#text(this.#columns.codes.phase) === "start";
  }

  get mutating(): boolean {
    return this.#columns.codes.mutating[this.row] === 1;
  }

  get startedAtUs(): number {
    return this.#columns.instants.startedAtUs[this.row]!;
  }

  get endedAtUs(): number {
    return this.#columns.instants.endedAtUs[this.row]!;
  }

  /** Id of the main resource; undefined when the action has none. */
  get resourceId(): string | undefined {
    const code = this.resourceCode;
    return code === absent ? undefined : this.textOf(code);
  }

  /** Code of the same; `absent` when the action has none. */
  get resourceCode(): number {
    return this.#mainResource(this.#columns.codes.resource, 0);
  }

  get operationCode(): number {
    return this.#columns.codes.operation[this.row]!;
  }

  get networkCode(): number {
    return this.#columns.codes.network[this.row]!;
  }

  /** Code of the hour of the week that it began in, 0 to 167 from Thursday midnight UTC on, as 1970 began. */
  get weekHourCode(): number {
    return this.#columns.dictionary.addNumber(hourOf(this.startedAtUs) % hoursAWeek);
  }

  textOf(code: number): string {
    return this.#columns.dictionary.text(code);
  }

  /** Fingerprint of the text of a code, computed once a chunk. */
  fingerprintOf(code: number): Fingerprint {
    const known = this.#fingerprints.get(code);
    if (known !== undefined) return known;
    const made = fingerprintOf(this.textOf(code));
    this.#fingerprints.set(code, made);
    return made;
  }

  /** Where the name of the main resource came from; "" when nobody says. */
  get resourceOrigin(): string {
    return this.#columns.dictionary.text(this.#mainResource(this.#columns.codes.resourceOrigin, 2) || 1);
  }

  /** Code of the same; `absent` where there is no resource. */
  get resourceOriginCode(): number {
    return this.#mainResource(this.#columns.codes.resourceOrigin, 2);
  }

  /** Codes of all resources, the main one first: id, kind and origin of each in turn. Good until it is asked for again. */
  get resourceCodes(): readonly number[] {
    const { codes, resources } = this.#columns;
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

  /** What kind of thing the main resource is; "" where there is none. */
  get resourceKind(): string {
    const code = this.#mainResource(this.#columns.codes.resourceKind, 1);
    return code === absent ? "" : this.textOf(code);
  }

  /** Its id as `idInts` ints. */
  get idInts(): readonly number[] {
    const at = this.row * idInts;
    return [...this.#columns.ids.subarray(at, at + idInts)];
  }

  /** Origins of the resources after the main one. */
  get furtherOrigins(): readonly string[] {
    const further = this.#columns.resources[this.#columns.codes.resources[this.row]!] ?? [];
    return further.filter((_, at) => at % 3 === 2).map((code) => this.textOf(code));
  }

  /** All resources, the main one first. */
  get resources(): readonly Resource[] {
    const { codes, dictionary, resources } = this.#columns;
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

  /** Where the span stands in the log. */
  get position(): LogPosition {
    const { codes } = this.#columns;
    return this.#places.at(codes.record[this.row]!, codes.index[this.row]!);
  }

  /** When the log took the record, milliseconds since 1970. */
  get atMs(): number {
    return this.#places.atMs(this.#columns.codes.record[this.row]!);
  }

  #mainResource(main: Int32Array, nth: number): number {
    const { codes, resources } = this.#columns;
    const { row } = this;
    if (codes.resource[row] !== absent) return main[row]!;
    return codes.resources[row] === -1 ? absent : (resources[codes.resources[row]!]?.[nth] ?? absent);
  }

  #text(codes: Int32Array): string {
    return this.textOf(codes[this.row]!);
  }
}
