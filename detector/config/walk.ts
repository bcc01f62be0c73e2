import { z } from "zod";
import type { Hide } from "./kinds.ts";

export type Path = readonly PropertyKey[];

/** A setting that holds a value rather than other settings, lists included. */
export interface Leaf {
  readonly path: readonly string[];
  readonly kind: z.ZodType;
}

/** All settings below `schema`, lists as one setting each. */
export function leavesOf(schema: z.ZodType, path: readonly string[] = []): readonly Leaf[] {
  const inner = unwrap(schema);
  if (!(inner instanceof z.ZodObject)) return [{ path, kind: inner }];
  return Object.entries(inner.shape).flatMap(([key, child]) => leavesOf(kindOf(child), [...path, key]));
}

/** The schema at a place; undefined where there is no setting. */
export function schemaAt(schema: z.ZodType, path: Path): z.ZodType | undefined {
  const inner = unwrap(schema);
  const [key, ...rest] = path;
  if (key === undefined) return inner;
  if (inner instanceof z.ZodArray) return schemaAt(kindOf(inner.element), rest);
  if (!(inner instanceof z.ZodObject) || !Object.hasOwn(inner.shape, key)) return undefined;
  return schemaAt(kindOf(inner.shape[String(key)]), rest);
}

/** Names of the settings of a group; none for anything else. */
export function keysOf(schema: z.ZodType | undefined): readonly string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

/** How much of the value at this schema must not be shown. */
export function hideOf(schema: z.ZodType | undefined): Hide | undefined {
  const hide = schema?.meta()?.["hide"];
  return hide === "all" || hide === "path" ? hide : undefined;
}

/** `http.clients[0].name` */
export function pathText(path: Path): string {
  return path
    .map((key, at) => (typeof key === "number" ? `[${key}]` : `${at === 0 ? "" : "."}${String(key)}`))
    .join("");
}

/** `http.inFlightBytesMax` is ANSWERABLE_HTTP_IN_FLIGHT_BYTES_MAX. */
export function envName(path: readonly string[]): string {
  return `ANSWERABLE_${path.map((key) => key.replaceAll(/[A-Z]/gu, "_$&").toUpperCase()).join("_")}`;
}

/** Whether an environment variable can hold it: one value, or a list of plain values. */
export function fitsEnv(kind: z.ZodType): boolean {
  return !(kind instanceof z.ZodArray && unwrap(kindOf(kind.element)) instanceof z.ZodObject);
}

function unwrap(schema: z.ZodType): z.ZodType {
  let inner = schema;
  while (
    inner instanceof z.ZodDefault ||
    inner instanceof z.ZodPrefault ||
    inner instanceof z.ZodExactOptional ||
    inner instanceof z.ZodOptional
  ) {
    inner = kindOf(inner.unwrap());
  }
  return inner;
}

/** zod types the parts of a schema by its core, which its full form always is here. */
function kindOf(part: unknown): z.ZodType {
  if (part instanceof z.ZodType) return part;
  throw new Error("the configuration's schema holds something that is no schema");
}
