import type { ActionKind, LogPosition } from "../../schemas/index.ts";
import { type ActionColumns, idInts } from "../attribute/action-columns.ts";
import { idText } from "../attribute/ids.ts";
import { absent, empty } from "../decode/index.ts";
import type { Fingerprint } from "../learn/fingerprint.ts";
import { hourOf } from "../learn/news-rate.ts";
import type { RecordPlaces } from "./record-places.ts";
import { ResourceView } from "./resource-view.ts";

const hoursAWeek = 168;

/**
 * One row of the columns as an action to read: a window that moves from row to row, so that no object is made for an
 * action. Texts are only made when they are asked for. Keep what was read, never the view.
 */
export class ActionView extends ResourceView {
  /** Which of the partition's judged actions it is, from 0. */
  ordinal = 0;
  readonly #places: RecordPlaces;
  readonly #nameCodes = new Map<string, number>();

  constructor(columns: ActionColumns, places: RecordPlaces) {
    super(columns);
    this.#places = places;
  }

  get id(): string {
    return idText(this.columns.ids, this.row * idInts);
  }

  get tenant(): string {
    return this.#text(this.columns.codes.tenant);
  }

  get identityId(): string {
    return this.#text(this.columns.codes.identity);
  }

  get identityKind(): string {
    return this.#text(this.columns.codes.identityKind);
  }

  /** Whether its sender claimed an identity that it may not speak for. */
  get isContradicted(): boolean {
    return this.columns.codes.contradicted[this.row] !== absent;
  }

  /** The identity that was claimed so; only of one that is contradicted. */
  get contradicted(): string {
    return this.#text(this.columns.codes.contradicted);
  }

  get strength(): string {
    return this.#text(this.columns.codes.strength);
  }

  /** Name of the client that delivered it, "" for one that proved nothing. */
  get source(): string {
    return this.#text(this.columns.codes.source);
  }

  get chainId(): string {
    return this.#text(this.columns.codes.chain);
  }

  get sessionId(): string {
    return this.#text(this.columns.codes.session);
  }

  /** Fingerprint of the session. */
  get sessionPrint(): Fingerprint {
    return this.fingerprintOf(this.columns.codes.session[this.row]!);
  }

  get taskId(): string {
    return this.#text(this.columns.codes.task);
  }

  /** Who answers for the identity, as the sender says; "" where it doesn't. */
  get owner(): string {
    return this.#text(this.columns.codes.owner);
  }

  /** The approval that the sender says it acts under. */
  get claimedApprovalId(): string {
    return this.#text(this.columns.codes.claimedApproval);
  }

  get status(): string {
    return this.#text(this.columns.codes.status);
  }

  /** Whether a guard stopped it, or the called service refused it: it was tried, and nothing happened. */
  get isRefused(): boolean {
    return this.status === "denied" || this.#text(this.columns.codes.outcome) === "blocked";
  }

  get kind(): ActionKind {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Only kinds of the contract become codes here.
    return this.#text(this.columns.codes.kind) as ActionKind;
  }

  get operation(): string {
    return this.#text(this.columns.codes.operation);
  }

  /** How many the delegation path names, the root and the acting identity among them. */
  get pathLength(): number {
    return this.columns.paths[this.columns.codes.path[this.row]!]?.length ?? 0;
  }

  /** Delegation path: root principal first, acting identity last. */
  get path(): readonly string[] {
    return (this.columns.paths[this.columns.codes.path[this.row]!] ?? []).map((code) => this.textOf(code));
  }

  /** Code of who handed the work on to the acting identity; `absent` when nobody did. */
  get callerCode(): number {
    return this.columns.paths[this.columns.codes.path[this.row]!]?.at(-2) ?? absent;
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
    const { codes, stored, dictionary } = this.columns;
    const end = this.columns.storedEnd(this.row);
    const code = this.#nameCode(name);
    for (let at = codes.stored[this.row]!; at < end; at += 2)
      if (stored[at] === code || (code === empty && dictionary.text(stored[at]!) === name))
        return stored[at + 1]!;
    return absent;
  }

  /** The approval that its sender names. */
  get approvalId(): string {
    return this.#text(this.columns.codes.claimedApproval);
  }

  get digest(): string {
    return this.attribute("nhi.action.digest") ?? "";
  }

  get resultBytes(): number | undefined {
    return this.#wholeNumber("nhi.result.bytes");
  }

  get isOk(): boolean {
    return this.#text(this.columns.codes.status) === "ok";
  }

  /** Whether a guard kept it from running. */
  get isHeldBack(): boolean {
    const outcome = this.#text(this.columns.codes.outcome);
    return outcome === "blocked" || outcome === "asked";
  }

  /** Names are words of the table, and so have one code each; `empty` where the columns were made without the table. */
  #nameCode(name: string): number {
    const known = this.#nameCodes.get(name);
    if (known !== undefined) return known;
    const code = this.columns.dictionary.wordCode(name);
    this.#nameCodes.set(name, code);
    return code;
  }

  #wholeNumber(name: string): number | undefined {
    const text = this.attribute(name);
    return text === undefined || text === "" ? undefined : Number(text);
  }

  get network(): string {
    return this.#text(this.columns.codes.network);
  }

  get credentialId(): string {
    return this.#text(this.columns.codes.credential);
  }

  /** Whether it tells that an action began, whose end is still to come. */
  get isStart(): boolean {
    return this.#text(this.columns.codes.phase) === "start";
  }

  get mutating(): boolean {
    return this.columns.codes.mutating[this.row] === 1;
  }

  get startedAtUs(): number {
    return this.columns.instants.startedAtUs[this.row]!;
  }

  get endedAtUs(): number {
    return this.columns.instants.endedAtUs[this.row]!;
  }

  get operationCode(): number {
    return this.columns.codes.operation[this.row]!;
  }

  get networkCode(): number {
    return this.columns.codes.network[this.row]!;
  }

  /** Code of the hour of the week that it began in, 0 to 167 from Thursday midnight UTC on, as 1970 began. */
  get weekHourCode(): number {
    return this.columns.dictionary.addNumber(hourOf(this.startedAtUs) % hoursAWeek);
  }

  /** Its id as `idInts` ints. */
  get idInts(): readonly number[] {
    const at = this.row * idInts;
    return [...this.columns.ids.subarray(at, at + idInts)];
  }

  /** Where the span stands in the log. */
  get position(): LogPosition {
    const { codes } = this.columns;
    return this.#places.at(codes.record[this.row]!, codes.index[this.row]!);
  }

  /** When the log took the record, milliseconds since 1970. */
  get atMs(): number {
    return this.#places.atMs(this.columns.codes.record[this.row]!);
  }

  #text(codes: Int32Array): string {
    return this.textOf(codes[this.row]!);
  }
}
