import { LineCounter, parseDocument, stringify, type YAMLError } from "yaml";

export type Parsed =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problem: string };

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
  const lines = new LineCounter();
  const document = parseDocument(text, { prettyErrors: false, lineCounter: lines, logLevel: "silent" });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = lines.linePos(error.pos[0]);
    const sentence = sentences[error.code] ?? "this is not valid YAML";
    return { ok: false, problem: `${file}, line ${line}, column ${col}: ${sentence}` };
  }
  try {
    return { ok: true, value: document.toJS({ maxAliasCount: 100 }) as unknown };
  } catch {
    // An alias without its anchor, or so many aliases that they would fill the memory.
    return { ok: false, problem: `${file}: an alias (*name) has no anchor before it, or there are too many` };
  }
}

/** Writes a value as YAML. */
export function toYaml(value: unknown): string {
  return stringify(value, { lineWidth: 0 });
}
