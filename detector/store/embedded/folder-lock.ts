import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { errorCode } from "../../error-code.ts";

/** Gives the folder back. */
export type Unlock = () => void;

const lockFile = "lock";
/** A folder whose lock changes hands this often while we look is not ours to have. */
const attemptsMax = 5;

/**
 * Makes this process the only one that uses `folder`; throws one sentence when another living process does.
 * The lock names its owner's process id and start, so a lock left by `kill -9` is recognised and taken over, even when
 * its number has been given to another process since.
 */
export function lockFolder(folder: string): Unlock {
  const path = join(folder, lockFile);
  const mine = describe(process.pid);
  const draft = `${path}.${process.pid}`;
  for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
    if (linkNew(draft, path, mine)) return () => rmSync(path, { force: true });
    const owner = read(path);
    if (owner !== undefined && isAlive(owner)) {
      throw new Error(
        `The data folder ${folder} is in use by process ${pidOf(owner)}; stop that one or choose another folder.`,
      );
    }
    if (owner !== undefined) discard(path, owner);
  }
  throw new Error(
    `The data folder ${folder} is being taken by other processes; try again or choose another folder.`,
  );
}

/** The lock appears whole or not at all: a link to a finished file fails when the name is taken. */
function linkNew(draft: string, path: string, content: string): boolean {
  writeFileSync(draft, content);
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Moves a dead owner's lock away. Had a quicker process replaced it meanwhile, its lock is put back. */
function discard(path: string, stale: string): void {
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
    if (read(aside) !== stale) linkSync(aside, path);
  } catch {
    // Somebody was quicker; the next attempt sees whose it is.
  } finally {
    rmSync(aside, { force: true });
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function isAlive(owner: string): boolean {
  try {
    process.kill(pidOf(owner), 0);
  } catch (error) {
    // "Not permitted" is the answer for a living process of another user.
    if (errorCode(error) !== "EPERM") return false;
  }
  return describe(pidOf(owner)) === owner;
}

function pidOf(owner: string): number {
  return Number(owner.split(" ")[0]);
}

/** Process id and, where the system tells (Linux), the tick it started at. */
function describe(pid: number): string {
  const stat = read(`/proc/${pid}/stat`);
  // The name in parentheses may hold blanks, so fields count from behind it; state and start are the 3rd and 22nd of all.
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ") ?? [];
  // A process that has ended keeps its number until its parent has looked; it owns nothing any more.
  const startedAt = fields[0] === "Z" ? "ended" : (fields[19] ?? "?");
  return `${pid} ${startedAt}`;
}
