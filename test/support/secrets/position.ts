import { readFileSync } from "node:fs";
import { runAs } from "../../../instrumentation/index.ts";
import type { Postgres } from "../postgres.ts";
import type { PlantedSecret } from "./two-hundred.ts";

/** What an agent that plants secrets talks to. */
export interface World {
  readonly secrets: readonly PlantedSecret[];
  /** Address of a double of HTTP services, AWS and Vault, which answers with secrets. */
  readonly double: string;
  readonly postgres: Pick<Postgres, "host" | "port" | "user" | "password" | "database">;
}

/** A place in the use of a library where a secret may stand. */
export interface Position {
  /** Session of what is done there, by which its actions are told. */
  readonly name: string;
  /** Operation that each use shows; nothing where the secret stands in it. */
  readonly operation?: string;
  /**
   * Whether a text that stands there leaves, once there is no secret in it. There a secret must be one by its looks or by
   * the key before it, not by its looks alone where ids are drawn by chance (`"as-id"`); elsewhere anything may stand, and
   * nothing of it leaves.
   */
  readonly leaves: boolean | "as-id";
  readonly plant: (secret: string, world: World, nth: number) => unknown;
}

/** Uses at once. */
const atOnce = 20;

/** The variable that tells an agent its world: a file of JSON. */
export const worldVariable = "SECRETS_WORLD";

export function worldOf(env: NodeJS.ProcessEnv): World {
  return JSON.parse(readFileSync(env[worldVariable] ?? "", "utf8")) as World;
}

/** Plants each secret at each position. What fails there was meant to, or is seen by what did not happen. */
export async function plantAll(positions: readonly Position[], world: World): Promise<void> {
  for (const position of positions) {
    const { name, leaves, plant } = position;
    const one = async ({ secret, told, toldAsId }: PlantedSecret, nth: number): Promise<void> => {
      const text = leaves === "as-id" ? toldAsId : leaves ? told : secret;
      try {
        await runAs({ session: name }, async () => plant(text, world, nth));
      } catch {
        // Most of them are errors with a secret.
      }
    };
    for (let from = 0; from < world.secrets.length; from += atOnce)
      await Promise.all(world.secrets.slice(from, from + atOnce).map((secret, at) => one(secret, from + at)));
  }
}
