import { Config } from "./config.ts";
import { errorCode } from "../error-code.ts";
import { type Env, isTree, type Tree, withEnv } from "./env.ts";
import { problemsOf } from "./problems.ts";
import { brokenRules } from "./rules.ts";
import { readSecretFiles } from "./secret-files.ts";
import { parseYaml, type Parsed } from "./yaml.ts";

export type ConfigResult =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly problems: readonly string[] };

export interface LoadOptions {
  /** The file; without it `answerable.yaml` is read if it is there. */
  readonly path?: string;
  readonly env: Env;
  /** Rejects when there is no such file. */
  readonly readFile: (path: string) => Promise<string>;
}

/**
 * The configuration from file and environment, the environment wins, or one sentence for each thing that is wrong.
 * Secrets that are named by a file are read here, so that nobody else needs to.
 */
export async function loadConfig({ path, env, readFile }: LoadOptions): Promise<ConfigResult> {
  const file = await readTree(path, readFile);
  if (!file.ok) return { ok: false, problems: [file.problem] };
  if (!isTree(file.value)) {
    return {
      ok: false,
      problems: [`${path ?? defaultPath} must hold settings, for example "data: ./answerable-data"`],
    };
  }
  const { tree, problems } = withEnv(file.value, env);
  const secrets = await readSecretFiles(tree, readFile);
  const parsed = Config.safeParse(secrets.tree);
  const found = [...problems, ...secrets.problems];
  if (!parsed.success)
    return { ok: false, problems: [...found, ...problemsOf(parsed.error.issues, secrets.tree)] };
  // A secret that could not be read was told already; that it is missing would be the same trouble twice.
  const all = secrets.problems.length > 0 ? found : [...found, ...brokenRules(parsed.data)];
  return all.length > 0 ? { ok: false, problems: all } : { ok: true, config: parsed.data };
}

const defaultPath = "answerable.yaml";

async function readTree(path: string | undefined, readFile: LoadOptions["readFile"]): Promise<Parsed> {
  let text = "";
  try {
    text = await readFile(path ?? defaultPath);
  } catch (error) {
    // Running without a file is fine; being told to use one that can't be read, or having one that can't be read, is not.
    if (path !== undefined || errorCode(error) !== "ENOENT") {
      return {
        ok: false,
        problem: `${path ?? defaultPath} can't be read (${errorCode(error) ?? "unknown reason"})`,
      };
    }
  }
  const parsed = parseYaml(text, path ?? defaultPath);
  return parsed.ok ? { ok: true, value: withoutNulls(parsed.value ?? {}) } : parsed;
}

/** A key with nothing behind it, all below it commented out perhaps, is as good as absent. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isTree(value)) return value;
  const kept = Object.entries(value).filter(([, child]) => child !== null && child !== undefined);
  return Object.fromEntries(kept.map(([key, child]) => [key, withoutNulls(child)])) satisfies Tree;
}
