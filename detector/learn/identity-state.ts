import type { Severity } from "../../schemas/index.ts";
import { type Evidence, noEvidence } from "./evidence.ts";
import type { Json } from "./json.ts";

/** The episode an identity is in: findings that belong together. */
export interface Episode {
  readonly id: string;
  readonly lastAtUs: number;
  /** The highest severity of its findings so far. */
  readonly severity: Severity;
}

/** What the detector remembers of one identity. It is the identity's alone, and bounded in each part. */
export interface IdentityState {
  evidence: Evidence;
  /** Latest start of an action learned from; what comes much earlier is late. */
  lastAtUs: number;
  /** Ids of recent actions, shortened: a span delivered twice is one action. */
  readonly recent: Set<string>;
  /** Ids of recent findings, shortened: a finding is said once. */
  readonly reported: Set<string>;
  episode: Episode | undefined;
  /** What each detector remembers, by detector id. Values are JSON. */
  readonly memories: Map<string, Json>;
}

export function newIdentityState(): IdentityState {
  return {
    evidence: noEvidence,
    lastAtUs: 0,
    recent: new Set(),
    reported: new Set(),
    episode: undefined,
    memories: new Map(),
  };
}

/** A copy that can be changed without the original noticing. Memories are replaced by their detectors, never changed. */
export function copyState(state: IdentityState): IdentityState {
  return {
    ...state,
    recent: new Set(state.recent),
    reported: new Set(state.reported),
    memories: new Map(state.memories),
  };
}

/** Version of the packed form; a new form gets a new number and a way to read the old one. */
const packedVersion = 1;

interface Packed {
  readonly v: number;
  readonly evidence: Evidence;
  readonly lastAtUs: number;
  readonly recent: readonly string[];
  readonly reported: readonly string[];
  readonly episode: Episode | null;
  readonly memories: readonly (readonly [string, Json])[];
}

/** The state as text for the store. Equal states give equal text. */
export function packState(state: IdentityState): string {
  const packed: Packed = {
    v: packedVersion,
    evidence: state.evidence,
    lastAtUs: state.lastAtUs,
    recent: [...state.recent],
    reported: [...state.reported],
    episode: state.episode ?? null,
    memories: [...state.memories],
  };
  return JSON.stringify(packed);
}

/**
 * Reads a packed state.
 *
 * @throws Error when it is of a version this program doesn't know: a state is never misread.
 */
export function unpackState(text: string): IdentityState {
  const packed: Packed = JSON.parse(text);
  if (packed.v !== packedVersion) {
    throw new Error(
      `stored state has version ${String(packed.v)}, this program reads version ${String(packedVersion)}`,
    );
  }
  return {
    evidence: packed.evidence,
    lastAtUs: packed.lastAtUs,
    recent: new Set(packed.recent),
    reported: new Set(packed.reported),
    episode: packed.episode ?? undefined,
    memories: new Map(packed.memories),
  };
}
