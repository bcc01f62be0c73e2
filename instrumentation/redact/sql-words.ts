/** A word, a name or a sign of a statement. */
export interface SqlWord {
  /** Names without their quotes; words and signs as written. */
  readonly text: string;
  /** In capitals, to compare with keywords; "" of a name in quotes, which is no keyword. */
  readonly keyword: string;
  readonly isName: boolean;
}

const blank = /(?:\s|--[^\n]*|#(?![>#=-])[^\n]*)+/y;
const bareName = /[\p{L}_][\p{L}\p{N}_$]*/uy;
const number = /\.?\d[\w.]*/y;
const parameter = /[:@$?]+[\p{L}\p{N}_]*/uy;
const plainString = /'(?:[^'\\]|''|\\[^'])*(?:'(?!')|(?<unclear>\\')|$)/y;
const escapeString = /'(?:[^'\\]|''|\\[\s\S])*(?:'|$)/y;
const beginsName = /[\p{L}\p{N}_]/uy;
const quotedName = /"(?:[^"]|"")*"|`[^`]*`|\[[\p{L}_][^\]'"]*\]/uy;
const dollarQuote = /\$(?:[\p{L}_][\p{L}\p{N}_]*)?\$/uy;

/**
 * The words of a statement without its literals and comments, as far as they can be told apart. Where one reading makes a
 * literal of what another makes a name (`'\'` ends in PostgreSQL and goes on in MySQL), and where a name stands hard against
 * a literal's end (`'O'Brien'`: a quote that nobody escaped), it stops, so nothing of a literal is ever given. What is not
 * ended, is left out to the end.
 */
export function* sqlWords(sql: string): Generator<SqlWord> {
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const [text] = pattern.exec(sql) ?? [];
    if (text !== undefined) at += text.length;
    return text;
  };
  const isUnescaped = (): boolean => {
    beginsName.lastIndex = at;
    return beginsName.test(sql);
  };
  while (at < sql.length) {
    if (take(blank) !== undefined) continue;
    if (sql.startsWith("/*", at)) {
      at = commentEnd(sql, at);
      continue;
    }
    const mark = take(dollarQuote);
    if (mark !== undefined) {
      const end = sql.indexOf(mark, at);
      at = end < 0 ? sql.length : end + mark.length;
      continue;
    }
    if (sql[at] === "'") {
      plainString.lastIndex = at;
      if (plainString.exec(sql)?.groups?.["unclear"] !== undefined) return;
      at = Math.max(at + 1, plainString.lastIndex);
      if (isUnescaped()) return;
      continue;
    }
    const name = take(quotedName);
    if (name !== undefined) {
      // A quote within is written twice; as it is, a secret in it can be seen.
      const [quote = ""] = name;
      yield { text: name.slice(1, -1).replaceAll(quote + quote, quote), keyword: "", isName: true };
      continue;
    }
    if (sql[at] === '"' || sql[at] === "`") return;
    const word = take(bareName);
    if (word !== undefined) {
      if (sql[at] === "'") {
        // A prefix of a literal: E'…', N'…', X'…'.
        if (take(word.toUpperCase() === "E" ? escapeString : plainString) === undefined) return;
        if (isUnescaped()) return;
        continue;
      }
      yield { text: word, keyword: word.toUpperCase(), isName: true };
      continue;
    }
    if (take(number) !== undefined || take(parameter) !== undefined) continue;
    const sign = String.fromCodePoint(sql.codePointAt(at)!);
    yield { text: sign, keyword: sign, isName: false };
    at += sign.length;
  }
}

/** Comments lie within each other in PostgreSQL; elsewhere this hides more than it has to. */
function commentEnd(sql: string, start: number): number {
  let depth = 1;
  const marks = /\/\*|\*\//g;
  marks.lastIndex = start + 2;
  while (depth > 0) {
    const mark = marks.exec(sql);
    if (mark === null) return sql.length;
    depth += mark[0] === "/*" ? 1 : -1;
  }
  return marks.lastIndex;
}
