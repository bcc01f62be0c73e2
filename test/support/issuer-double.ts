import { once } from "node:events";
import { createServer } from "node:http";
import { Webhook } from "standardwebhooks";
import { listening } from "./http-double.ts";

/** What somebody who issues credentials makes of a message that is signed as Standard Webhooks has it. */
export interface IssuerDouble {
  readonly url: string;
  readonly secret: string;
  readonly revoked: Set<string>;
  /** Ids of the messages that came, refused ones too. */
  readonly ids: string[];
  /** How many of the next requests are answered with 500. */
  failing: number;
  stop(): Promise<void>;
}

/** @param isForgetful Answers that it revoked, and doesn't. */
export async function issuerDouble(isForgetful = false): Promise<IssuerDouble> {
  const secret = `whsec_${Buffer.alloc(24, 7).toString("base64")}`;
  const revoked = new Set<string>();
  const ids: string[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (text: string) => (body += text));
    request.on("end", () => {
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, text]) => [name, String(text)]),
      );
      ids.push(headers["webhook-id"] ?? "");
      const end = (status: number, json: object): void => {
        response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(json));
      };
      if (double.failing > 0) {
        double.failing -= 1;
        return end(500, {});
      }
      let message: { type: string; data: { credentialId: string } };
      try {
        message = new Webhook(secret).verify(body, headers) as typeof message;
      } catch {
        return end(401, {});
      }
      const { credentialId } = message.data;
      if (message.type === "credential.revoke" && !isForgetful) revoked.add(credentialId);
      return end(200, { revoked: message.type === "credential.revoke" || revoked.has(credentialId) });
    });
  });
  const port = await listening(server);
  const double: IssuerDouble = {
    url: `http://127.0.0.1:${String(port)}/revoke`,
    secret,
    revoked,
    ids,
    failing: 0,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return double;
}
