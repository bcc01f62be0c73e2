import { runJava } from "./java.ts";

/** What the Java client makes of a key. */
interface JavaPartition {
  readonly murmur2: number;
  readonly partition: number;
}

/** Asks the Java client itself, out of the broker's own jars, where it would put records of these keys. */
export async function javaPartitions(
  keys: readonly string[],
  partitions: number,
): Promise<readonly JavaPartition[]> {
  const input = keys.map((key) => Buffer.from(key).toString("base64"));
  const out = await runJava("JavaPartitions", [String(partitions)], input);
  return out
    .trim()
    .split("\n")
    .map((line) => {
      const [murmur2, partition] = line.split(" ").map(Number);
      return { murmur2: murmur2 ?? Number.NaN, partition: partition ?? Number.NaN };
    });
}
