import { type Check, lookAtApp } from "../doctor/app-doctor.ts";
import { lookAtFile } from "../doctor/file-doctor.ts";
import { shippedAttributor } from "../roles/package-files.ts";
import { count } from "./count.ts";
import { checkLines, spanLines } from "./doctor-text.ts";
import type { DoctorVerbOptions } from "./program.ts";
import { jsonLine } from "./text.ts";

/**
 * `answerable doctor`: what stands between an app and its first attributed action, or what attribution makes of a file.
 *
 * @throws Error when something must be done, after all was told; the program then ends with status 1.
 */
export async function doctorVerb(
  given: DoctorVerbOptions,
  { folder, out }: { readonly folder: string; readonly out: (text: string) => void },
): Promise<void> {
  const checks =
    given.spans === undefined ? await tellApp(given, folder, out) : await tellFile(given, given.spans, out);
  const troubles = checks.filter(({ state }) => state === "trouble").length;
  if (troubles > 0)
    throw new Error(`${troubles === 1 ? "one thing" : `${String(troubles)} things`} must be done`);
}

async function tellApp(
  given: DoctorVerbOptions,
  folder: string,
  out: (text: string) => void,
): Promise<readonly Check[]> {
  const { checks, facts } = await lookAtApp(folder);
  out(given.json === true ? jsonLine({ isHealthy: isHealthy(checks), checks, facts }) : checkLines(checks));
  return checks;
}

async function tellFile(
  given: DoctorVerbOptions,
  file: string,
  out: (text: string) => void,
): Promise<readonly Check[]> {
  const examples = given.examples === "0" ? 0 : count("--examples", given.examples);
  const { checks, report } = await lookAtFile(file, shippedAttributor(), examples);
  if (given.json === true) out(jsonLine({ isHealthy: isHealthy(checks), checks, ...report }));
  else out(`${checkLines(checks)}${spanLines(report)}`);
  return checks;
}

function isHealthy(checks: readonly Check[]): boolean {
  return checks.every(({ state }) => state !== "trouble");
}
