import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  stringify,
  type YAMLError,
} from "yaml";

export type Parsed =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problem: string };

/** A place in a file, both from 1 on. */
interface Place {
  readonly line: number;
  readonly column: number;
}

/** A file that was read, and where in it each value stands. */
export type Located =
  | {
      readonly ok: true;
      readonly value: unknown;
      /** Where the value at a path stands, or its key; of one that is not there, what should hold it. */
      readonly placeOf: (path: readonly PropertyKey[], what: "key" | "value") => Place;
    }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Further mistakes of form are mostly consequences of those before. */
const problemsMax = 20;

/** Our words for what YAML's parser finds; its own messages may quote the file, and the file holds secrets. */
const sentences: Partial<Record<YAMLError["code"], string>> = {
  BAD_INDENT: "the indentation does not fit",
  TAB_AS_INDENT: "indentation must be spaces, not tabs",
  DUPLICATE_KEY: "this key is already there",
  MISSING_CHAR: "a closing quote, bracket or colon is missing",
  BLOCK_AS_IMPLICIT_KEY: "a value that holds a colon and a space must be in quotes",
  MULTIPLE_DOCS: "only one document is allowed in the file",
};

/** Reads YAML 1.2 text; a mistake is told with file, line and column, and without quoting the file. */
export function parseYaml(text: string, file: string): Parsed {
  const located = parseLocated(text, file);
  return located.ok ? located : { ok: false, problem: located.problems[0] ?? `${file} is not valid YAML` };
}

/** The same with the place of each value, and with all mistakes of form, one a line of the file. */
export function parseLocated(text: string, file: string): Located {
  const lines = new LineCounter();
  const document = parseDocument(text, { prettyErrors: false, lineCounter: lines, logLevel: "silent" });
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const problems = new Map<number, string>();
  for (const error of document.errors) {
    const { line, column } = placeAt(error.pos[0]);
    const sentence = sentences[error.code] ?? "this is not valid YAML";
    if (!problems.has(line) && problems.size < problemsMax)
      problems.set(line, `${file}, line ${line}, column ${column}: ${sentence}`);
  }
  if (problems.size > 0) return { ok: false, problems: [...problems.values()] };
  try {
    const value = document.toJS({ maxAliasCount: 100 }) as unknown;
    return { ok: true, value, placeOf: (path, what) => placeAt(offsetOf(document, path, what)) };
  } catch {
    // An alias without its anchor, or so many aliases that they would fill the memory.
    return {
      ok: false,
      problems: [`${file}: an alias (*name) has no anchor before it, or there are too many`],
    };
  }
}

function offsetOf(document: Document, path: readonly PropertyKey[], what: "key" | "value"): number {
  let node: unknown = document.contents;
  let offset = startOf(node, 0);
  for (const [at, name] of path.entries()) {
    const holder: unknown = isAlias(node) ? node.resolve(document) : node;
    if (isSeq(holder)) node = holder.items[Number(name)];
    else if (isMap(holder)) {
      const pair = holder.items.find(({ key }) => isScalar(key) && String(key.value) === String(name));
      if (pair === undefined) return offset;
      offset = startOf(pair.key, offset);
      if (what === "key" && at === path.length - 1) return offset;
      node = pair.value;
    } else return offset;
    offset = startOf(node, offset);
  }
  return offset;
}

const startOf = (node: unknown, otherwise: number): number =>
  (isNode(node) ? (node as Node).range?.[0] : undefined) ?? otherwise;

/** Writes a value as YAML. */
export function toYaml(value: unknown): string {
  return stringify(value, { lineWidth: 0 });
}
