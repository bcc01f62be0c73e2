import { loadConfig, type ConfigResult } from "../../detector/config/load.ts";

export interface Given {
  /** The text of answerable.yaml. */
  readonly yaml?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Other files by path. */
  readonly files?: Readonly<Record<string, string>>;
}

/** The configuration of a machine that has these files and this environment. */
export async function load({ yaml, env = {}, files = {} }: Given): Promise<ConfigResult> {
  const all: Readonly<Record<string, string>> = {
    ...files,
    ...(yaml === undefined ? {} : { "answerable.yaml": yaml }),
  };
  const readFile = async (path: string): Promise<string> => {
    const text = all[path];
    if (text === undefined) throw Object.assign(new Error("no such file"), { code: "ENOENT" });
    return await Promise.resolve(text);
  };
  return await loadConfig({ env, readFile });
}

/** What is wrong with it; nothing if it is fine. */
export async function problems(given: Given): Promise<readonly string[]> {
  const result = await load(given);
  return result.ok ? [] : result.problems;
}

/** `whsec_` and the base64 of 32 bytes. */
export const webhookSecret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
