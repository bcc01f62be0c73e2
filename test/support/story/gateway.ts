/** What a stock Collector does between agents and the raw topic: takes OTLP over HTTP, and writes each request as a record. */
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import { kafkaClient } from "../shared.ts";

export interface Gateway {
  readonly url: string;
  stop(): Promise<void>;
}

export async function startGateway(brokers: readonly string[], topic: string): Promise<Gateway> {
  const producer = kafkaClient(brokers).producer({ allowAutoTopicCreation: false });
  await producer.connect();
  const server = createServer((request, response) => {
    void bodyOf(request)
      .then((value) => producer.send({ topic, messages: [{ value }] }))
      .then(() => response.writeHead(200, { "content-type": "application/x-protobuf" }).end());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}`,
    async stop() {
      server.closeAllConnections();
      server.close();
      await producer.disconnect();
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const body = Buffer.concat(parts);
  return request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body;
}
