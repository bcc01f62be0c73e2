import type { Attributes } from "@opentelemetry/api";
import type { Environment } from "../environment.ts";
import type { ActingIdentity } from "../scope/scope.ts";
import type { Settings } from "../settings.ts";

/** A source of identity that was asked, and what it said. */
export interface Tried {
  readonly id: string;
  readonly said: string;
}

/** Who this process is. */
export interface Self {
  /** Undefined while it is looked for, and when nothing was found. */
  readonly identity: () => ActingIdentity | undefined;
  /** What the resource of its spans says; the same object until something was found. */
  readonly attributes: () => Attributes;
  /** What each source said that was asked, for `answerable doctor`. No sentence holds a secret. */
  readonly tried: () => readonly Tried[];
  /** Resolves when it was found, or was looked for long enough. Never rejects. */
  readonly ready: Promise<void>;
}

export function findSelf(settings: Settings, _env: Environment, _withinMs: number): Self {
  const { identity } = settings;
  const attributes: Attributes =
    identity === undefined
      ? {}
      : {
          "nhi.identity.id": identity.id,
          "nhi.identity.kind": identity.kind,
          "nhi.attribution.source": "static_config",
        };
  return {
    identity: () => identity,
    attributes: () => attributes,
    tried: () => [],
    ready: Promise.resolve(),
  };
}
