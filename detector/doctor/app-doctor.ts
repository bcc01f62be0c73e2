import { fork } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { z } from "zod";

const Check = z.object({
  id: z.string(),
  state: z.enum(["ok", "note", "trouble"]),
  says: z.string(),
  advice: z.string().exactOptional(),
});
/** One thing that was looked at in the app, and what to do about it. */
export type Check = z.infer<typeof Check>;

const Report = z.object({ isWhole: z.boolean(), checks: z.array(Check), facts: z.unknown() });
export type AppReport = z.infer<typeof Report>;

/** How long looking may take, libraries that hang included. */
const lookMs = 60_000;
/** What is kept of what the child said on stderr. */
const saidCharsMax = 4096;

/**
 * Looks at the app in `folder`, in a process of its own that starts as the app would: with the app's copy of answerable
 * loaded first, or with this program's where the app has none.
 *
 * @throws Error with a sentence when that process ended without a report.
 */
export async function lookAtApp(folder: string): Promise<AppReport> {
  const instrumentation = instrumentationOf(folder);
  const register = pathToFileURL(join(instrumentation, "register.js")).href;
  const child = fork(join(instrumentation, "doctor/main.js"), [], {
    cwd: folder,
    execArgv: ["--import", register],
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let said = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (said = (said + text).slice(-saidCharsMax)));
  const timer = setTimeout(() => child.kill("SIGKILL"), lookMs);
  const told = await new Promise<unknown>((resolve, reject) => {
    let latest: unknown;
    child.on("message", (message) => {
      latest = message;
      const report = Report.safeParse(message);
      if (report.data?.isWhole === true) resolve(message);
    });
    child.on("error", reject);
    child.on("close", () => resolve(latest));
  });
  clearTimeout(timer);
  child.kill();
  const report = Report.safeParse(told);
  if (report.success) return report.data.isWhole ? report.data : broken(report.data);
  throw new Error(`the look at the app in ${folder} broke off${said === "" ? "" : `: ${errorLine(said)}`}`);
}

function broken({ checks, facts }: AppReport): AppReport {
  const check: Check = {
    id: "libraries",
    state: "note",
    says: "a library ended the process, or never came back, when it was loaded; which ones are seen is not known",
  };
  return { isWhole: false, checks: [...checks.filter(({ id }) => id !== "libraries"), check], facts };
}

/** The compiled instrumentation that the app loads; this program's own where the app has none that can do this. */
function instrumentationOf(folder: string): string {
  const own = fileURLToPath(new URL("../../instrumentation", import.meta.url));
  try {
    const manifest = createRequire(join(folder, "app.js")).resolve("answerable/package.json");
    const installed = join(dirname(manifest), "dist/instrumentation");
    return existsSync(join(installed, "doctor/main.js")) ? installed : own;
  } catch {
    return own;
  }
}

/** The line of an error that ended a process is followed by its stack and by Node's version. */
function errorLine(text: string): string {
  const lines = text.trim().split("\n");
  return lines.find((line) => /^\w*Error\b/u.test(line)) ?? lines.at(-1) ?? "";
}
