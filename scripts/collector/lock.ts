import { readFileSync, rmSync, writeFileSync } from "node:fs";

const lookAgainMs = 250;

/** Does `work` while no other process does, as far as they ask for the same lock file. A dead holder's lock is void. */
export async function underLock<T>(
  file: string,
  progress: (line: string) => void,
  work: () => Promise<T>,
): Promise<T> {
  for (let waited = false; !take(file); waited = true) {
    if (!waited) progress(`  waiting for another build of it (${file})`);
    await new Promise((resolve) => setTimeout(resolve, lookAgainMs));
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

function take(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: "wx" });
    return true;
  } catch {
    if (isDead(file)) rmSync(file, { force: true });
    return false;
  }
}

function isDead(file: string): boolean {
  try {
    // An empty file was made this moment: its maker has not written yet.
    const pid = Number(readFileSync(file, "utf8") || process.pid);
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "ESRCH";
  }
}
