import { open, readFile, rename } from "node:fs/promises";
import { resolve } from "node:path";
import { z } from "zod";
import { errorCode } from "../error-code.ts";

const ResumeFile = z.strictObject({
  version: z.literal(1),
  lines: z.record(z.string(), z.number().int().nonnegative()),
});

/** How far a replay came: the last acknowledged line of each file, by target, path and size of the file. */
export interface ResumePoint {
  lineOf(key: string): number;
  /** On disk when it resolves; a crash leaves either the old or the new state. */
  reach(key: string, line: number): Promise<void>;
}

/** What a place in a file is remembered under. A file that has changed size is another file. */
export function resumeKey(place: { target: string; file: string; bytes: number }): string {
  return `${place.target} ${resolve(place.file)} ${place.bytes}`;
}

/** Opens the resume file, or begins one; without a path nothing is remembered. */
export async function openResume(path: string | undefined): Promise<ResumePoint> {
  const lines = new Map(path === undefined ? [] : await load(path));
  return {
    lineOf: (key) => lines.get(key) ?? 0,
    reach: async (key, line) => {
      lines.set(key, line);
      if (path !== undefined) await store(path, lines);
    },
  };
}

async function load(path: string): Promise<[string, number][]> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return [];
    throw new Error(`cannot read the resume file ${path}`, { cause: error });
  }
  const parsed = ResumeFile.safeParse(parseJson(text));
  if (!parsed.success) throw new Error(`${path} is not a resume file; delete it to start from the beginning`);
  return Object.entries(parsed.data.lines);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Written beside and renamed over, so that nobody ever sees half of it. */
async function store(path: string, lines: ReadonlyMap<string, number>): Promise<void> {
  const beside = `${path}.tmp`;
  const handle = await open(beside, "w");
  try {
    await handle.writeFile(`${JSON.stringify({ version: 1, lines: Object.fromEntries(lines) })}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(beside, path);
}
