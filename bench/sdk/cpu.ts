import { createServer } from "node:http";
import { once } from "node:events";
import { median } from "../figure.ts";
import type { Figure } from "../figure.ts";
import { program } from "./program.ts";

const rounds = 5;

/** Processor time of the whole process for one action, sending included, beside OpenTelemetry's SDK and exporter. */
export async function cpuPerAction(progress: (line: string) => void): Promise<Figure> {
  const server = createServer((request, response) => {
    request.resume();
    request.on("end", () => response.writeHead(200).end());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const url = `http://127.0.0.1:${address.port}/v1/traces`;
  const cost = { answerable: [] as number[], opentelemetry: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    for (const mode of ["answerable", "opentelemetry"] as const) {
      const { us } = JSON.parse(await program([emitter, mode, url])) as { us: number };
      cost[mode].push(us);
    }
    progress(`cpu-per-action: ${cost.answerable.at(-1)} µs, OpenTelemetry ${cost.opentelemetry.at(-1)} µs`);
  }
  server.close();
  const [ours, theirs] = [median(cost.answerable), median(cost.opentelemetry)];
  return {
    name: "cpu-per-action",
    value: ours,
    unit: "µs of CPU",
    peer: "OpenTelemetry NodeSDK, batches, OTLP protobuf",
    peerValue: theirs,
    ratio: theirs / ours,
  };
}

const emitter = new URL("emitter.js", import.meta.url).pathname;
