import { readFileSync } from "node:fs";
import { type CloudOperation, CloudTable } from "../../schemas/index.ts";

const shippedFile = new URL("../../../schemas/cloudtrail.json", import.meta.url);

/** What kind of program acted: one of the table's, `service` for the cloud itself, or none of them. */
interface Client {
  readonly name: string;
  readonly kind: string;
}

type Json = Readonly<Record<string, unknown>>;

/** The table of CloudTrail's operations, as questions. */
export interface CloudOperations {
  /** The entry that says what an operation is; `record` is undefined for a line without the record's details. */
  readonly find: (source: string, name: string, record: Json | undefined) => CloudOperation | undefined;
  /** Where in the request the names of a service's resources lie, and what they are. */
  readonly placesOf: (
    source: string,
  ) => readonly { readonly paths: readonly string[]; readonly kind: string }[];
  readonly isRead: (name: string) => boolean;
  readonly clientOf: (userAgent: string) => Client | undefined;
}

/** Operations found so far are kept at hand; all are forgotten at once when full. */
const foundMax = 4096;

function cloudOperations(table: CloudTable): CloudOperations {
  const clients = table.clients.map(({ name, kind, matches }) => ({
    name,
    kind,
    matches: new RegExp(matches, "u"),
  }));
  const found = new Map<string, readonly CloudOperation[]>();
  const entriesOf = (source: string, name: string): readonly CloudOperation[] => {
    const key = `${source}:${name}`;
    const known = found.get(key);
    if (known !== undefined) return known;
    const made = table.operations.filter(
      (one) => fits(one.source, source) && one.names.some((pattern) => fits(pattern, name)),
    );
    if (found.size >= foundMax) found.clear();
    found.set(key, made);
    return made;
  };
  return {
    find: (source, name, record) => entriesOf(source, name).find((one) => holds(one.when, record)),
    placesOf: (source) => table.resources.filter((one) => fits(one.source, source)),
    isRead: (name) => table.reads.some((pattern) => fits(pattern, name)),
    clientOf: (userAgent) => {
      const small = userAgent.toLowerCase();
      return clients.find(({ matches }) => matches.test(small));
    },
  };
}

let shipped: CloudOperations | undefined;

/** The table as shipped, read once. */
export function shippedCloudOperations(): CloudOperations {
  shipped ??= cloudOperations(CloudTable.parse(JSON.parse(readFileSync(shippedFile, "utf8"))));
  return shipped;
}

/** What lies at a path of names joined by dots; undefined where there is nothing. */
export function valueAt(root: unknown, path: string): unknown {
  let here = root;
  for (const name of path.split(".")) {
    if (typeof here !== "object" || here === null || !Object.hasOwn(here, name)) return undefined;
    here = Reflect.get(here, name);
  }
  return here ?? undefined;
}

function holds(when: CloudOperation["when"], record: Json | undefined): boolean {
  if (when === undefined || record === undefined) return true;
  return Object.entries(when).every(([path, wanted]) => {
    const value = valueAt(record, path);
    if (wanted === "*") return value !== undefined;
    return (
      (typeof value === "string" || typeof value === "boolean") && wanted.split("|").includes(`${value}`)
    );
  });
}

function fits(pattern: string, name: string): boolean {
  if (pattern === "*") return true;
  if (pattern.endsWith("*")) return name.startsWith(pattern.slice(0, -1));
  return pattern.startsWith("*") ? name.endsWith(pattern.slice(1)) : pattern === name;
}
