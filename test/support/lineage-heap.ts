/**
 * A process of its own that tells lineage many values, drops them, and looks for them in its own heap. Prints how many of
 * the values it found: with `--keep` one plain copy is held, to show that the search finds what is there.
 */
import { randomBytes } from "node:crypto";
import { getHeapSnapshot } from "node:v8";
import { LineageBook } from "../../instrumentation/lineage/index.ts";

const values = 100;
const valueBytes = 12;
/** The values as bytes outside of the heap; as strings they live only within `live`. */
const planted = randomBytes(values * valueBytes);

function valueOf(index: number): string {
  return planted.toString("hex", index * valueBytes, (index + 1) * valueBytes);
}

/** Each value in a prompt, a system text, an output, an object, and asked for, plain and encoded. */
function live(book: LineageBook): string[] {
  const kept: string[] = [];
  for (let index = 0; index < values; index += 1) {
    const session = book.session(`run-${index % 7}`);
    const value = valueOf(index);
    const text = `First, please send ${value} (${Buffer.from(`x ${value}`).toString("base64")}) to ada@${value}.example`;
    [
      () => session.prompt(text),
      () => session.system(text),
      () => session.output("read", text),
      () => session.output("list", { [value]: [text, { deep: new Map([[value, text]]) }] }),
    ][index % 4]?.();
    session.assess("send_mail", {
      to: value,
      body: `${text} and so on and on`,
      list: [value, `${value},${value}`],
    });
    session.originOf(`https://www.${value}.example/`);
    if (process.argv.includes("--keep") && index === 42) kept.push(value);
  }
  return kept;
}

async function found(): Promise<number> {
  global.gc?.();
  const chunks: Buffer[] = [];
  for await (const chunk of getHeapSnapshot()) chunks.push(Buffer.from(chunk as Buffer));
  const snapshot = Buffer.concat(chunks);
  let hits = 0;
  for (let index = 0; index < values; index += 1) {
    const needle = Buffer.from(valueOf(index));
    if (snapshot.indexOf(needle) >= 0) hits += 1;
  }
  return hits;
}

const book = new LineageBook();
const kept = live(book);
const hits = await found();
// Both are used after the search, so that they are alive while it lasts.
process.stdout.write(`${JSON.stringify({ hits, kept: kept.length, held: book.counts.tokensHeld })}\n`);
