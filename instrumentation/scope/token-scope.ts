import type { Scope } from "./scope.ts";

/** What a token says of who acts, for whom and under what. The token itself is not in it. */
export interface TokenScope {
  readonly scope: Scope;
  /** Whether its signature was checked. */
  readonly verified: boolean;
}
