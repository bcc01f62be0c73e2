/** A credential that is to be revoked where it was issued, as a playbook answered to a finding. */
export interface Ask {
  readonly responseId: string;
  readonly tenant: string;
  readonly findingId: string;
  readonly playbookId: string;
  readonly reason: string;
  readonly subject: { readonly kind: "identity" | "chain"; readonly id: string };
  readonly identityId: string;
  readonly credentialId: string;
  readonly credentialType: string;
  readonly chainId: string;
  /** When the log took the action that was found, microseconds since 1970. */
  readonly atUs: number;
}

/** One attempt of one hook, as the store keeps it. */
export interface RevocationAttempt {
  readonly ask: Ask;
  readonly hook: string;
  /** From 1. */
  readonly attempt: number;
  readonly askedAtMs: number;
  readonly doneAtMs: number;
  /** `skipped`: not for this hook, held back, or undone by a person before it was asked. All but `failed` are final. */
  readonly outcome: "revoked" | "failed" | "abandoned" | "skipped";
  /** Whether it was seen to have taken effect. */
  readonly verified: boolean;
  /** HTTP status, or 0 when no answer came. */
  readonly status: number;
  /** Why it failed; never holds a secret or the answer's body. */
  readonly error: string;
  /** When to try again; 0 when it is over. */
  readonly nextAtMs: number;
}

/** What a hook has still to do. */
export interface PendingAsk {
  readonly ask: Ask;
  readonly attempts: number;
  readonly nextAtMs: number;
}

/** What is to be revoked, as the one who sees to it finds it in the store. */
export interface RevocationOutbox {
  /** Takes it over: a new generation, so that whoever did it before stops. */
  claim(): Promise<number>;
  owns(generation: number): Promise<boolean>;
  /** What the hook has neither done nor given up, oldest first. */
  pending(hook: string, limit: number): Promise<readonly PendingAsk[]>;
  /** Idempotent by (response, hook, attempt). */
  record(attempt: RevocationAttempt): Promise<void>;
}

/** What the log of standings says of an answer: not read there yet, held back, taken back by a person, or that it counts. */
export type AskState = "unknown" | "held_back" | "undone" | "counts";

/** What came of asking. */
export interface HookAnswer {
  readonly isRevoked: boolean;
  readonly verified: boolean;
  readonly status: number;
  readonly error: string;
  readonly retryAfter: string | undefined;
}

/** One place where credentials are revoked. Asked twice for the same, it answers as if it were once. */
export interface RevocationHook {
  readonly name: string;
  readonly matches: (ask: Ask) => boolean;
  readonly revoke: (ask: Ask, nowMs: number) => Promise<HookAnswer>;
}
