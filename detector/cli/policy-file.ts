import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { PolicyFile } from "../../schemas/index.ts";
import type { Mistake } from "../config/mistakes.ts";
import { checkPolicy } from "../config/policy-mistakes.ts";
import { type Located, parseLocated } from "../config/yaml.ts";
import { plain } from "./text.ts";

/** Files of one folder, bytes of one file, and mistakes that are told at once. */
const filesMax = 1000;
const bytesMax = 16 * 1024 * 1024;
const mistakesMax = 50;

/**
 * Reads policy files, YAML or JSON, as one; of a folder all that end in .yaml, .yml or .json, by name.
 *
 * @throws Error with a sentence for each mistake, naming file, line and column.
 */
export async function readPolicy(paths: readonly string[]): Promise<PolicyFile> {
  const files = (await Promise.all(paths.map(filesAt))).flat();
  const read: { readonly file: string; readonly policy: PolicyFile }[] = [];
  const problems: string[] = [];
  for (const file of files) {
    const { size } = await stat(file);
    if (size > bytesMax) throw new Error(`${file} has ${size} bytes; a policy file has at most ${bytesMax}`);
    const checked = policyOf(await readFile(file, "utf8"), file);
    if (checked.ok) read.push({ file, policy: checked.policy });
    else problems.push(...checked.problems);
  }
  problems.push(...between(read));
  if (problems.length > 0) throw new Error(bounded(problems).map(plain).join("\n"));
  return merged(read.map(({ policy }) => policy));
}

/** What one file says, or each of its mistakes as `file, line, column: sentence`. */
export function policyOf(
  text: string,
  file: string,
):
  | { readonly ok: true; readonly policy: PolicyFile }
  | { readonly ok: false; readonly problems: readonly string[] } {
  const located = parseLocated(text, file);
  if (!located.ok) return located;
  const checked = checkPolicy(located.value);
  return checked.ok ? checked : { ok: false, problems: inOrder(checked.mistakes, located, file) };
}

function inOrder(
  mistakes: readonly Mistake[],
  { placeOf }: Extract<Located, { readonly ok: true }>,
  file: string,
): readonly string[] {
  return mistakes
    .map(({ path, what, sentence }) => ({ ...placeOf(path, what), sentence }))
    .toSorted((one, other) => one.line - other.line || one.column - other.column)
    .map(({ line, column, sentence }) => `${file}, line ${line}, column ${column}: ${sentence}`);
}

async function filesAt(path: string): Promise<readonly string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const names = (await readdir(path)).filter((name) => /\.(?:ya?ml|json)$/u.test(name)).toSorted();
  if (names.length === 0) throw new Error(`${path} holds no file that ends in .yaml, .yml or .json`);
  if (names.length > filesMax) throw new Error(`${path} holds more than ${filesMax} policy files`);
  return names.map((name) => join(path, name));
}

/** What two files say of the same thing: nobody could tell which of them counts. */
function between(read: readonly { readonly file: string; readonly policy: PolicyFile }[]): readonly string[] {
  const first = new Map<string, string>();
  return read.flatMap(({ file, policy }) =>
    subjectsOf(policy).flatMap((subject) => {
      const known = first.get(subject);
      if (known === undefined) first.set(subject, file);
      return known === undefined ? [] : [`${file}: ${subject} stands in ${known} too; one file must say it`];
    }),
  );
}

function subjectsOf({ grants, playbooks, identities, safeguards, guard }: PolicyFile): readonly string[] {
  return [
    ...grants.map(({ id }) => `the grant ${id}`),
    ...playbooks.map(({ id }) => `the playbook ${id}`),
    ...identities.map(({ id }) => `the identity ${id}`),
    ...(safeguards === undefined ? [] : ["safeguards"]),
    ...(guard === undefined ? [] : ["guard"]),
  ];
}

function merged(policies: readonly PolicyFile[]): PolicyFile {
  const safeguards = policies.find((one) => one.safeguards !== undefined)?.safeguards;
  const guard = policies.find((one) => one.guard !== undefined)?.guard;
  return {
    grants: policies.flatMap(({ grants }) => grants),
    playbooks: policies.flatMap(({ playbooks }) => playbooks),
    identities: policies.flatMap(({ identities }) => identities),
    ...(safeguards === undefined ? {} : { safeguards }),
    ...(guard === undefined ? {} : { guard }),
  };
}

function bounded(problems: readonly string[]): readonly string[] {
  if (problems.length <= mistakesMax) return problems;
  return [...problems.slice(0, mistakesMax), `… and ${problems.length - mistakesMax} more`];
}
