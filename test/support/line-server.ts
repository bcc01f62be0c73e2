/**
 * A server that says what it was told: a process that answers each line with the line it got, byte for byte in `line`. A line
 * `{"do":…}` makes it do something else.
 */
import { createInterface } from "node:readline";

const { stdin, stdout, stderr } = process;
const answer = (id: unknown, line: string): void =>
  void stdout.write(`${JSON.stringify({ jsonrpc: "2.0", id, result: { line } })}\n`);

createInterface({ input: stdin }).on("line", (line) => {
  let told: { id?: unknown; do?: string; bytes?: number; raw?: string };
  try {
    told = JSON.parse(line) as typeof told;
  } catch {
    return void stdout.write(`not json: ${line}\n`);
  }
  switch (told.do) {
    case "crash":
      stderr.write("crashed\n");
      return process.exit(7);
    case "kill":
      return void process.kill(process.pid, "SIGKILL");
    case "say":
      return void stdout.write(told.raw ?? "");
    case "env":
      return answer(told.id, Object.keys(process.env).join(" "));
    case "fill":
      return void stdout.write(
        `{"jsonrpc":"2.0","result":{"text":"${"x".repeat(told.bytes ?? 0)}"},"id":${JSON.stringify(told.id)}}\n`,
      );
    case undefined:
      return answer(told.id, line);
    default:
      return undefined;
  }
});
