import { spawn } from "node:child_process";
import { join } from "node:path";
import { repositoryRoot } from "../repository.ts";
import { kafkaClassPath } from "./jars.ts";

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
  const source = join(repositoryRoot, "test", "support", "kafka", "JavaPartitions.java");
  const java = spawn("java", [
    "-XX:TieredStopAtLevel=1",
    "-cp",
    await kafkaClassPath(),
    source,
    String(partitions),
  ]);
  let out = "";
  let err = "";
  java.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  java.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
  java.stdin.end(keys.map((key) => `${Buffer.from(key).toString("base64")}\n`).join(""));
  const code = await new Promise<number | null>((resolve) => java.once("close", resolve));
  if (code !== 0) throw new Error(`java ended with ${String(code)}: ${err}`);
  return out
    .trim()
    .split("\n")
    .map((line) => {
      const [murmur2, partition] = line.split(" ").map(Number);
      return { murmur2: murmur2 ?? Number.NaN, partition: partition ?? Number.NaN };
    });
}
