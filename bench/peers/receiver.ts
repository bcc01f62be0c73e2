/** Peer of the embedded path: an OTLP/HTTP receiver of the ordinary kind. Prints its URL, then serves until killed. */
import { createServer } from "node:http";
import { gunzipSync } from "node:zlib";
import { peerStore } from "./rows.ts";

const store = await peerStore(process.argv[2] ?? "", process.argv[3] ?? "");

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    void store.insert([gunzipSync(Buffer.concat(chunks))]).then(() => response.writeHead(200).end());
  });
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (typeof address === "object" && address !== null)
    process.stdout.write(`ready http://127.0.0.1:${address.port}\n`);
});
