import { readFile } from "node:fs/promises";
import { z } from "zod";
import { Grant } from "../../schemas/index.ts";
import { parseYaml } from "../config/yaml.ts";

const GrantsFile = z.strictObject({ grants: z.array(Grant).min(1) });

/**
 * Reads the grants of a YAML or JSON file.
 *
 * @throws Error with a sentence for each mistake, naming the file and the place in it.
 */
export async function readGrants(file: string): Promise<readonly Grant[]> {
  const parsed = parseYaml(await readFile(file, "utf8"), file);
  if (!parsed.ok) throw new Error(parsed.problem);
  const grants = GrantsFile.safeParse(parsed.value);
  if (!grants.success) throw new Error(`${file}:\n${z.prettifyError(grants.error)}`);
  return grants.data.grants;
}
