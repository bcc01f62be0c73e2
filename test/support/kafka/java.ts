import { spawn } from "node:child_process";
import { join } from "node:path";
import { repositoryRoot } from "../repository.ts";
import { kafkaClassPath } from "./jars.ts";

/** Runs one of the Java programs beside this file on the broker's own jars; gives what it printed. */
export async function runJava(
  program: string,
  args: readonly string[],
  input: readonly string[],
): Promise<string> {
  const source = join(repositoryRoot, "test", "support", "kafka", `${program}.java`);
  const java = spawn("java", ["-XX:TieredStopAtLevel=1", "-cp", await kafkaClassPath(), source, ...args]);
  let out = "";
  let err = "";
  java.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  java.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
  java.stdin.end(input.map((line) => `${line}\n`).join(""));
  const code = await new Promise<number | null>((resolve) => java.once("close", resolve));
  if (code !== 0) throw new Error(`java ended with ${String(code)}: ${err}`);
  return out;
}
