import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { listening } from "../http-double.ts";
import { answerAsAws } from "./aws-answers.ts";
import type { PlantedSecret } from "./two-hundred.ts";

/** HTTP services, Vault and AWS on loopback, whose answers are full of secrets. */
export interface SecretsDouble {
  readonly url: string;
  /** `baggage` of the requests that came. */
  readonly baggage: readonly string[];
  stop(): void;
}

export async function secretsDouble(secrets: readonly PlantedSecret[]): Promise<SecretsDouble> {
  const baggage: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      baggage.push(String(request.headers["baggage"] ?? ""));
      const body = Buffer.concat(chunks).toString();
      const secretOf = (nth: unknown): string => secrets[Number(nth)]?.secret ?? "none";
      if (request.headers["x-amz-date"] !== undefined) answerAsAws(request, body, response, secretOf);
      else answer(request, response, secretOf(request.headers["x-nth"]));
    });
  });
  const port = await listening(server);
  return {
    url: `http://127.0.0.1:${String(port)}`,
    baggage,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function answer({ url = "" }: IncomingMessage, response: ServerResponse, secret: string): void {
  if (url.startsWith("/v2/silent")) return;
  const headers = {
    "x-secret": encodeURIComponent(secret),
    "set-cookie": `sid=${encodeURIComponent(secret)}`,
  };
  if (url.startsWith("/v2/redirect")) {
    response.writeHead(302, { ...headers, location: `/v2?token=${encodeURIComponent(secret)}` }).end();
    return;
  }
  response.writeHead(
    url.startsWith("/v2/status/500") ? 500 : 200,
    encodeURIComponent(secret).slice(0, 100),
    headers,
  );
  const auth = { client_token: secret, accessor: "abc" };
  response.end(JSON.stringify({ data: { data: { password: secret } }, auth, errors: [secret] }));
}
