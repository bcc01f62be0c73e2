import { Usage } from "../../policy/usage.ts";
import { guardLimits } from "./limits.ts";

/** What the identities of this process did under grants that count it; of too many, those that acted last. */
export class Usages {
  readonly #all = new Map<string, Usage>();

  of(identityId: string): Usage {
    const known = this.#all.get(identityId);
    if (known !== undefined) return known;
    for (const oldest of this.#all.keys()) {
      if (this.#all.size < guardLimits.identitiesMax) break;
      this.#all.delete(oldest);
    }
    const usage = new Usage();
    this.#all.set(identityId, usage);
    return usage;
  }
}
