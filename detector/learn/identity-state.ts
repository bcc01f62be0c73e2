import { Usage } from "../../policy/usage.ts";
import { Severity } from "../../schemas/index.ts";
import { ByteReader, ByteWriter } from "../bytes.ts";
import { Changes } from "./changes.ts";
import { EpisodeStory } from "./episode-story.ts";
import { GatheredEvidence } from "./evidence.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { OwnStanding } from "./own-standing.ts";
import { type Memory, packMemory, unpackMemory } from "./memory.ts";
import { SeenValues } from "./seen-values.ts";

/** The episode an identity is in: findings that belong together. */
export interface Episode {
  /** 32 hex digits. */
  readonly id: string;
  readonly lastAtUs: number;
  /** The highest severity of its findings so far. */
  readonly severity: Severity;
}

/** What is remembered by each detector. */
export interface Remembering {
  readonly id: string;
  readonly version: number;
  /** Memory of an identity never seen. */
  newMemory(): Memory;
}

/** Findings remembered of an identity, so that each is said once; of one that hardly anything is known of, fewer. */
const reportedMax = 128;
const reportedMaxUnderGate = 6;

/** What the detector remembers of one identity. It is the identity's alone, and bounded in each part. */
export class IdentityState {
  readonly evidence = new GatheredEvidence();
  /** Latest end of an action learned from; what ended earlier is late. */
  lastAtUs = 0;
  episode: Episode | undefined = undefined;
  readonly story = new EpisodeStory();
  readonly ownStanding = new OwnStanding();
  /** What was done under grants that count it. */
  readonly usage = new Usage();
  /** New versions of agent, policy and model, as findings tell of them. */
  readonly changes = new Changes();
  /** What each detector remembers, in the order of the detectors. */
  readonly memories: readonly Memory[];
  readonly #reported = new SeenValues();

  constructor(detectors: readonly Remembering[]) {
    this.memories = detectors.map((detector) => detector.newMemory());
  }

  /** Notes that a finding is said, by rule and cause. False when it was said before. */
  report(cause: string): boolean {
    const print = fingerprintOf(cause);
    if (this.#reported.has(print)) return false;
    this.#reported.add(print);
    const max = this.evidence.gateOpen ? reportedMax : reportedMaxUnderGate;
    while (this.#reported.size > max) this.#reported.forgetOldest();
    return true;
  }

  /** Whether a finding was said before, by rule and cause. */
  hasReported(cause: string): boolean {
    return this.#reported.has(fingerprintOf(cause));
  }

  pack(writer: ByteWriter, detectors: readonly Remembering[]): void {
    writer.byte(packedVersion);
    this.evidence.pack(writer);
    writer.double(this.lastAtUs);
    this.#reported.pack(writer);
    packEpisode(this.episode, writer);
    this.ownStanding.pack(writer);
    this.usage.pack(writer);
    detectors.forEach((detector, nth) => packPart(detector, this.memories[nth]!, writer));
    packPart(ofEpisode, { story: this.story }, writer);
    if (!this.changes.isEmpty) packPart(ofChanges, { changes: this.changes }, writer);
  }

  /**
   * Reads a packed state. What a detector remembered under another version of itself is left out: it begins anew.
   *
   * @throws Error when it is of a form this program doesn't know, or cut off: a state is never misread.
   */
  static unpack(bytes: Buffer, detectors: readonly Remembering[]): IdentityState {
    const reader = new ByteReader(bytes);
    const version = reader.byte();
    if (version !== packedVersion && version !== countedFrom - 1) {
      throw new Error(
        `stored state has version ${String(version)}, this program reads version ${String(packedVersion)}`,
      );
    }
    const state = new IdentityState(detectors);
    state.evidence.unpack(reader);
    state.lastAtUs = reader.double();
    state.#reported.unpack(reader);
    state.episode = unpackEpisode(reader);
    if (version >= countedFrom) {
      state.ownStanding.unpack(reader);
      state.usage.unpack(reader);
    }
    while (!reader.isAtEnd) {
      const id = reader.text();
      const detectorVersion = reader.varint();
      const memory = reader.raw(reader.varint());
      if (id === ofChanges.id && detectorVersion === ofChanges.version)
        unpackMemory({ changes: state.changes }, new ByteReader(memory));
      if (id === ofEpisode.id) unpackMemory({ story: state.story }, new ByteReader(memory));
      const nth = detectors.findIndex((one) => one.id === id && one.version === detectorVersion);
      if (nth !== -1) unpackMemory(state.memories[nth]!, new ByteReader(memory));
    }
    return state;
  }
}

/** Version of the packed form; a new form gets a new number and a way to read the old one. */
const packedVersion = 3;
/** The version from which on standing and usage are packed; the one before it is read as that of an identity that used nothing. */
const countedFrom = 3;
/** Under which it is kept what changed about the identity; no detector's id has a dot. */
const ofChanges = { id: "state.changes", version: 1 };
const scratch = new ByteWriter();
/** Under which the story of the episode is kept, beside what detectors remember. */
const ofEpisode = { id: "episode", version: 1 };

function packPart(
  { id, version }: Pick<Remembering, "id" | "version">,
  memory: Memory,
  writer: ByteWriter,
): void {
  if (Object.keys(memory).length === 0) return;
  scratch.clear();
  packMemory(memory, scratch);
  // All blocks of nothing are zeros: who has no use for a detector pays nothing for it.
  if (scratch.finish().every((byte) => byte === 0)) return;
  writer.text(id);
  writer.varint(version);
  writer.varint(scratch.length);
  writer.raw(scratch.finish());
}

function packEpisode(episode: Episode | undefined, writer: ByteWriter): void {
  writer.byte(episode === undefined ? 0 : 1 + Severity.options.indexOf(episode.severity));
  if (episode === undefined) return;
  writer.raw(Buffer.from(episode.id, "hex"));
  writer.double(episode.lastAtUs);
}

function unpackEpisode(reader: ByteReader): Episode | undefined {
  const severity = Severity.options[reader.byte() - 1];
  if (severity === undefined) return undefined;
  return { severity, id: reader.raw(16).toString("hex"), lastAtUs: reader.double() };
}
