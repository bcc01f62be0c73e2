import { z } from "zod";
import { ActionKind } from "../../schemas/action.ts";
import type { TouchedResource } from "../action/span-model.ts";

/** What the developers of agents declare of their tools, as a file. */
export const ToolTable = z.object({
  tools: z.record(
    z.string(),
    z.object({ kind: ActionKind, mutating: z.boolean(), resource: z.string().exactOptional() }),
  ),
  /** Arguments that name something, most telling first, and what kind of thing each names. */
  argument_types: z.array(z.tuple([z.string(), z.string()])),
});
export type ToolTable = Readonly<z.infer<typeof ToolTable>>;

/**
 * What a call touches: the first of the naming arguments that it has, then the others; a list names each of its entries.
 * Of a credential only that it was there is told, never which.
 */
export function resourcesOf(
  { argument_types: types }: ToolTable,
  args: Readonly<Record<string, unknown>>,
): readonly TouchedResource[] {
  return types.flatMap(([name, kind]) => {
    const values = [args[name]].flat().filter((value) => isName(value));
    return values.map((value) => ({ id: kind === "credential" ? "account:password" : String(value), kind }));
  });
}

function isName(value: unknown): value is string | number {
  return (typeof value === "string" && value !== "") || typeof value === "number";
}
