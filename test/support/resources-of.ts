/** What a developer declares of an agent's tools, and the resources of a call that follow from it. */

/** Types of the arguments that name a resource, in order: the first that a call has is its resource. */
export interface ToolsFile {
  readonly tools: Readonly<Record<string, { readonly kind: string; readonly mutating: boolean }>>;
  readonly argument_types: readonly (readonly [name: string, type: string])[];
}

/** One resource of a call. */
interface CallResource {
  readonly type: string;
  readonly value: string;
}

/** Resources that a call's arguments name, its own first; of a list one each. */
export function resourcesOf(args: unknown, { argument_types: types }: ToolsFile): readonly CallResource[] {
  if (typeof args !== "object" || args === null) return [];
  const given = new Map<string, unknown>(Object.entries(args));
  return types.flatMap(([name, type]) => valuesOf(given.get(name)).map((value) => ({ type, value })));
}

function valuesOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(valuesOf);
  if (typeof value === "string") return value === "" ? [] : [value];
  return typeof value === "number" ? [String(value)] : [];
}
