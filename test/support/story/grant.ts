import type { Grant } from "../../../schemas/index.ts";
import type { Kit } from "./kit.ts";

/** A grant of a story, approved by a person under a policy. */
export function grantOf(
  kit: Kit,
  name: string,
  grantee: string,
  rest: Pick<Grant, "operations"> & Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> & { readonly id: string } {
  return {
    id: kit.name(name),
    grantee,
    approver: "user:ben@acme.example",
    policy: { id: "stories", version: "1" },
    ...rest,
  };
}
