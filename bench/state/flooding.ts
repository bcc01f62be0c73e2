import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Figure } from "../figure.ts";
import { asking, megabytes } from "../store.ts";
import type { Flooded } from "./flood.ts";

const targetBytes = 2 ** 30;
const names = { calm: "bench_state_calm", flooded: "bench_state_flooded" };
export const floodDatabases: readonly string[] = Object.values(names);

/** Memory under invented identities, and whether what is found of the real ones is the same as without them. */
export async function flooding(
  url: string,
  invented: number,
  progress: (line: string) => void,
): Promise<Figure[]> {
  const calm = await flood(url, names.calm, 0, () => undefined);
  progress(`state: real agents alone: ${told(calm)}`);
  const flooded = await flood(url, names.flooded, invented, progress);
  progress(`state: among ${invented} invented identities: ${told(flooded)}`);
  const [expected, found] = [await findings(url, names.calm), await findings(url, names.flooded)];
  const known = new Set(found);
  const kept = expected.filter((one) => known.has(one)).length;
  progress(`state: ${kept} of ${expected.length} findings of real agents, and ${found.length - kept} others`);
  if (expected.length === 0) throw new Error("nothing is found of the real agents, flooded or not");
  const peak = megabytes(flooded.peakBytes);
  const target = megabytes(targetBytes);
  return [
    {
      name: "state-flood-memory",
      value: peak,
      unit: "MB at most",
      peer: "the target",
      peerValue: target,
      ratio: target / peak,
    },
    {
      name: "state-flood-recall",
      value: (100 * kept) / expected.length,
      unit: "% of findings",
      peer: "the same agents alone",
      peerValue: 100,
      ratio: kept / expected.length,
    },
  ];
}

async function flood(
  url: string,
  database: string,
  invented: number,
  progress: (line: string) => void,
): Promise<Flooded> {
  const begun = performance.now();
  const child = fork(fileURLToPath(new URL("flood.js", import.meta.url)), [url, database, String(invented)]);
  let answer: Flooded | undefined;
  let tenths = 1;
  child.on("message", (flooded: Flooded) => {
    answer = flooded;
    if (flooded.share * 10 < tenths || flooded.share === 1) return;
    tenths = Math.floor(flooded.share * 10) + 1;
    const seconds = Math.round((performance.now() - begun) / 1000);
    progress(`state: ${Math.round(flooded.share * 100)} % after ${seconds} s: ${told(flooded)}`);
  });
  await once(child, "exit");
  if (answer?.share !== 1) throw new Error("the flooded process ended before it was done");
  return answer;
}

async function findings(url: string, database: string): Promise<readonly string[]> {
  const store = asking(url, database);
  const rows = await store.rows<{ one: string }>(
    "SELECT concat(finding_id, severity, title, why) AS one FROM v_findings WHERE startsWith(identity_id, 'agent:triage-')",
  );
  await store.close();
  return rows.map(({ one }) => one);
}

const told = ({ spans, cpuSeconds, peakBytes, identities }: Flooded): string =>
  `${spans} actions, ${Math.round(spans / cpuSeconds)} a CPU-second, ${identities} identities held, ${megabytes(peakBytes)} MB at most`;
