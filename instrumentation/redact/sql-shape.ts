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
const tablesMax = 32;

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
const announces = new Set("FROM JOIN INTO TABLE CALL EXEC EXECUTE VIEW".split(" "));
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
  /** The step before each open bracket: `EXTRACT(day FROM x)` names no table. */
  const outside: (Step | undefined)[] = [];
  let step: Step | undefined;
  for (let at = 0; at < words.length; at++) {
    const { keyword } = words[at]!;
    const before = words[at - 1]?.keyword ?? "";
    if (keyword === ";") step = undefined;
    else if (keyword === "(") {
      outside.push(step);
      step = undefined;
    } else if (keyword === ")") step = outside.pop();
    if (keyword === "AS" && words[at + 1]?.text === "(") withNames.add(nameBefore(words, at));
    const grants = step?.verb === "GRANT" || step?.verb === "REVOKE";
    if (!grants && isVerb(keyword, before)) {
      step = { verb: verbOf(words, at), tables: [] };
      steps.push(step);
    }
    if (step !== undefined && announce(keyword, before, step.verb)) addTables(words, at, step, withNames);
  }
  return steps;
}

function addTables(words: readonly SqlWord[], at: number, step: Step, withNames: ReadonlySet<string>): void {
  let place = at + 1;
  do {
    while (filler.has(words[place]?.keyword ?? "")) place++;
    const { name, after } = tableAt(words, place);
    if (name === undefined || withNames.has(name)) return;
    if (!step.tables.includes(name)) step.tables.push(name);
    place = words[at]!.keyword === "FROM" ? nextInList(words, after) : 0;
  } while (place > 0 && step.tables.length < tablesMax);
}

const inBrackets = new Set(["INSERT", "UPDATE", "DELETE", "MERGE"]);

function isVerb(keyword: string, before: string): boolean {
  if (keyword === "SELECT") return true;
  if (!verbs.has(keyword) || (keyword === "ANALYZE" && before === "EXPLAIN")) return false;
  // In brackets a function may have a verb's name: only those that a query can begin with.
  if (before === "(" || before === ")" || before === "AS" || before === "ALL")
    return inBrackets.has(keyword) || (keyword === "VALUES" && before !== ")");
  return begins.has(before);
}

function verbOf(words: readonly SqlWord[], at: number): string {
  const verb = words[at]!.keyword;
  if (verb !== "CREATE" && verb !== "ALTER" && verb !== "DROP") return verb;
  const kind = words.slice(at + 1, at + 6).find(({ keyword }) => kinds.has(keyword));
  return kind === undefined ? verb : `${verb} ${kind.keyword}`;
}

/** Whether the word says that tables follow. */
function announce(keyword: string, before: string, verb: string): boolean {
  if (onVerbs.has(verb)) return keyword === "ON";
  if (own.has(keyword)) return keyword === verb && before !== "FOR" && before !== "DO" && before !== "ON";
  if (keyword === "USING") return verb === "DELETE" || verb === "MERGE";
  return announces.has(keyword) && before !== "DISTINCT";
}

const onVerbs = new Set(["GRANT", "REVOKE", "CREATE INDEX", "CREATE TRIGGER", "CREATE POLICY"]);
/** Words that name what follows only where they are the verb themselves. */
const own = new Set(["UPDATE", "REPLACE", "TRUNCATE", "COPY", "LOCK", "VACUUM", "ANALYZE", "OPTIMIZE"]);
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
