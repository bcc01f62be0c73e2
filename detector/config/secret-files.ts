import { errorCode } from "../error-code.ts";
import { isTree, type Tree } from "./env.ts";

interface Read {
  readonly tree: Tree;
  readonly problems: readonly string[];
}

type ReadFile = (path: string) => Promise<string>;

/** Puts what stands in `passwordFile`, `secretFile`, `linkSecretFile` and `tokenFile` into the setting without `File`. */
export async function readSecretFiles(tree: Tree, readFile: ReadFile): Promise<Read> {
  const problems: string[] = [];
  const fill = async (group: unknown, place: string, key: string): Promise<unknown> => {
    if (!isTree(group)) return group;
    const file = group[`${key}File`];
    if (typeof file !== "string") return group;
    if (group[key] !== undefined) {
      problems.push(`${place}.${key} and ${place}.${key}File are both set; keep one`);
      return group;
    }
    try {
      // Editors and `echo` end a file with a line break that is no part of the secret.
      return { ...group, [key]: (await readFile(file)).replace(/\r?\n$/u, "") };
    } catch (error) {
      // The name is not told: what stands here by mistake may be the secret itself.
      problems.push(
        `${place}.${key}File names a file that can't be read (${errorCode(error) ?? "unknown reason"})`,
      );
      return group;
    }
  };
  const { clickhouse, kafka, alerts, hooks, approvals, revocation } = tree;
  const filled = {
    ...tree,
    clickhouse: await fill(clickhouse, "clickhouse", "password"),
    kafka: isTree(kafka) ? { ...kafka, sasl: await fill(kafka["sasl"], "kafka.sasl", "password") } : kafka,
    alerts: isTree(alerts)
      ? { ...alerts, webhooks: await fillEach(alerts["webhooks"], "alerts.webhooks", "secret", fill) }
      : alerts,
    hooks: await fillEach(hooks, "hooks", "secret", fill),
    approvals: await fill(approvals, "approvals", "linkSecret"),
    revocation: await fillEach(
      await fillEach(revocation, "revocation", "secret", fill),
      "revocation",
      "token",
      fill,
    ),
  };
  return { tree: withoutUndefined(filled), problems };
}

type Fill = (group: unknown, place: string, key: string) => Promise<unknown>;

async function fillEach(list: unknown, place: string, key: string, fill: Fill): Promise<unknown> {
  if (!Array.isArray(list)) return list;
  return await Promise.all(list.map(async (one, at) => await fill(one, `${place}[${at}]`, key)));
}

/** The schema tells "absent" from "there without a value"; what was absent must stay so. */
function withoutUndefined(tree: Tree): Tree {
  const kept = Object.entries(tree).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    kept.map(([key, value]) => [key, isTree(value) ? withoutUndefined(value) : value]),
  );
}
