import { sqlWords, type SqlWord } from "./sql-words.ts";

/** What a statement does and to what; nothing of its values. */
export interface SqlShape {
  /** For `db.operation.name`: `SELECT`, `INSERT`, `CREATE TABLE`, …; `OTHER` where it is none we know. */
  readonly operation: string;
  /** For `db.collection.name`: what the operation is done to, with its schema. */
  readonly table?: string;
  /** For `db.query.summary`: operations and tables in their order, at most 255 characters. */
  readonly summary: string;
}

const sqlCharsMax = 16_384;
const summaryCharsMax = 255;
const nameCharsMax = 128;

const verbs = new Set(
  (
    "SELECT INSERT UPDATE DELETE MERGE REPLACE UPSERT TRUNCATE CREATE ALTER DROP GRANT REVOKE COPY CALL EXEC EXECUTE BEGIN " +
    "COMMIT ROLLBACK SAVEPOINT RELEASE SET SHOW USE LOCK VACUUM ANALYZE REINDEX REFRESH COMMENT DECLARE FETCH CLOSE " +
    "LISTEN NOTIFY UNLISTEN PREPARE DEALLOCATE DISCARD DO IMPORT LOAD DESCRIBE RENAME ATTACH DETACH PRAGMA VALUES OPTIMIZE KILL"
  ).split(" "),
);
const harmless = new Set("SELECT SHOW VALUES BEGIN COMMIT DESCRIBE SET USE FETCH CLOSE ANALYZE".split(" "));
const kinds = new Set(
  (
    "TABLE VIEW INDEX USER ROLE DATABASE SCHEMA FUNCTION PROCEDURE TRIGGER SEQUENCE TYPE EXTENSION POLICY DOMAIN " +
    "SERVER PUBLICATION SUBSCRIPTION EVENT LOGIN CERTIFICATE SYSTEM GROUP OWNED DICTIONARY"
  ).split(" "),
);
/** Between the word that announces a table and the table. */
const filler = new Set(
  "IF NOT EXISTS ONLY TABLE INTO LATERAL IGNORE LOW_PRIORITY OVERWRITE CONCURRENTLY".split(" "),
);
const announces = new Set(
  "FROM JOIN INTO UPDATE TABLE TRUNCATE COPY CALL EXEC EXECUTE VIEW USING REPLACE".split(" "),
);
const begins = new Set(["", ";", "(", ")", "AS", "EXPLAIN", "VERBOSE", "ANALYZE", "ALL", "BEGIN"]);

interface Step {
  verb: string;
  readonly tables: string[];
}

/**
 * Reduces a statement to its shape. Of several (a list, or one in a `WITH`) the operation is the first that changes something.
 *
 * @example
 * sqlShape("WITH gone AS (DELETE FROM users WHERE mail = 'ana@acme.example' RETURNING id) SELECT * FROM gone");
 * // { operation: "DELETE", table: "users", summary: "DELETE users SELECT" }
 */
export function sqlShape(sql: string): SqlShape {
  const steps = stepsOf([...sqlWords(sql.slice(0, sqlCharsMax))]);
  const main = steps.find(({ verb }) => !harmless.has(verb)) ?? steps[0];
  if (main === undefined) return { operation: "OTHER", summary: "OTHER" };
  const [table] = main.tables;
  const summary = steps.map(({ verb, tables }) => [verb, ...tables].join(" ")).join(" ");
  const shape = { operation: main.verb, summary: clip(summary) };
  return table === undefined ? shape : { ...shape, table };
}

function clip(summary: string): string {
  if (summary.length <= summaryCharsMax) return summary;
  return summary.slice(0, summary.lastIndexOf(" ", summaryCharsMax));
}

function stepsOf(words: readonly SqlWord[]): readonly Step[] {
  const steps: Step[] = [];
  const withNames = new Set<string>();
  /** For each open bracket, whether a query is within: `EXTRACT(day FROM x)` names no table. */
  const queries: boolean[] = [];
  let query = false;
  let privileges = false;
  for (let at = 0; at < words.length; at++) {
    const { keyword } = words[at]!;
    const before = words[at - 1]?.keyword ?? "";
    const next = words[at + 1];
    if (keyword === ";") query = privileges = false;
    if (keyword === "(") {
      queries.push(query);
      query = false;
    } else if (keyword === ")") query = queries.pop() ?? false;
    if (keyword === "AS" && next?.text === "(") withNames.add(nameBefore(words, at));
    if (!privileges && isVerb(keyword, before, steps.at(-1)?.verb)) {
      steps.push({ verb: verbOf(words, at), tables: [] });
      query = true;
      privileges = keyword === "GRANT" || keyword === "REVOKE";
    }
    const step = steps.at(-1);
    if (step === undefined || !query || !names(keyword, before, privileges, step.verb)) continue;
    let place = at + 1;
    do {
      while (filler.has(words[place]?.keyword ?? "")) place++;
      const { name, after } = tableAt(words, place);
      if (name === undefined || withNames.has(name)) break;
      if (!step.tables.includes(name)) step.tables.push(name);
      place = keyword === "FROM" ? nextInList(words, after) : 0;
    } while (place > 0);
  }
  return steps;
}

function isVerb(keyword: string, before: string, current: string | undefined): boolean {
  if (keyword === "SELECT") return true;
  if (!verbs.has(keyword)) return false;
  // In brackets a function may have a verb's name: only those that a query can begin with.
  if (before === "(" || before === ")") return /^(?:INSERT|UPDATE|DELETE|MERGE)$/u.test(keyword);
  if (before === "AS" || before === "ALL")
    return keyword === "VALUES" || /^(?:INSERT|UPDATE|DELETE|MERGE)$/u.test(keyword);
  return begins.has(before) || (current === "PREPARE" && before === "AS");
}

function verbOf(words: readonly SqlWord[], at: number): string {
  const verb = words[at]!.keyword;
  if (verb !== "CREATE" && verb !== "ALTER" && verb !== "DROP") return verb;
  const kind = words.slice(at + 1, at + 6).find(({ keyword }) => kinds.has(keyword));
  return kind === undefined ? verb : `${verb} ${kind.keyword}`;
}

/** Whether the word says that tables follow. */
function names(keyword: string, before: string, privileges: boolean, verb: string): boolean {
  if (privileges || verb === "CREATE INDEX" || verb === "CREATE TRIGGER" || verb === "CREATE POLICY")
    return keyword === "ON";
  if (keyword === "UPDATE")
    return verb === "UPDATE" && before !== "FOR" && before !== "ON" && before !== "DO";
  if (keyword === "USING") return verb === "DELETE" || verb === "MERGE";
  if (keyword === "REPLACE" || keyword === "TRUNCATE" || keyword === "COPY") return verb === keyword;
  if (keyword === "LOCK" || keyword === "VACUUM" || keyword === "ANALYZE") return verb === keyword;
  return announces.has(keyword) && before !== "DISTINCT";
}

const never = new Set("SELECT VALUES SET WHERE ON USING AS FROM DEFAULT ALL".split(" "));

function tableAt(words: readonly SqlWord[], at: number): { name?: string; after: number } {
  const parts: string[] = [];
  let after = at;
  while (words[after]?.isName === true && !never.has(words[after]!.keyword)) {
    parts.push(words[after]!.text);
    after++;
    if (words[after]?.text !== ".") break;
    after++;
  }
  const name = parts.join(".");
  const isFunction = words[after]?.text === "(" && words[at - 1]?.keyword === "FROM";
  return name === "" || name.length > nameCharsMax || isFunction ? { after } : { name, after };
}

/** Behind `a AS x, b`: where `b` begins; 0 where the list ends. */
function nextInList(words: readonly SqlWord[], after: number): number {
  let at = after;
  if (words[at]?.keyword === "AS") at++;
  if (words[at]?.isName === true && words[at + 1]?.text === ",") at++;
  return words[at]?.text === "," ? at + 1 : 0;
}

/** The name that a `WITH` gives, before `(columns) AS (`. */
function nameBefore(words: readonly SqlWord[], as: number): string {
  let at = as - 1;
  if (words[at]?.text === ")") {
    while (at > 0 && words[at]?.text !== "(") at--;
    at--;
  }
  return words[at]?.text ?? "";
}
