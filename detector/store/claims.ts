import type { Database } from "./clickhouse.ts";

/** Losing this often in a row means that something else is wrong. */
const attemptsMax = 50;

/**
 * Takes a subject over: a new generation, one above the newest. Of several that try at once the server keeps the first
 * row of each generation, so each ends up with a generation of its own, and the highest owns the subject.
 */
export async function claim(database: Database, subject: string, owner: string): Promise<number> {
  for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
    const generation = (await newestGeneration(database, subject)) + 1;
    await database.insert(
      "claims",
      [{ subject, generation, owner }],
      `claim:${subject}:${String(generation)}`,
    );
    const [row] = await database.query<{ owner: string }>(
      "SELECT owner FROM claims WHERE subject = {subject:String} AND generation = {generation:UInt64} LIMIT 1",
      { subject, generation },
    );
    if (row?.owner === owner) return generation;
  }
  throw new Error(`could not claim ${subject} in ${String(attemptsMax)} attempts`);
}

/** The newest generation of a subject, 0 when nobody ever claimed it. */
export async function newestGeneration(database: Database, subject: string): Promise<number> {
  const [row] = await database.query<{ newest: number }>(
    "SELECT max(generation) AS newest FROM claims WHERE subject = {subject:String}",
    { subject },
  );
  return row?.newest ?? 0;
}
