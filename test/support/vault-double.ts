import { createServer, type IncomingMessage } from "node:http";
import { once } from "node:events";
import { listening } from "./http-double.ts";

/** How a Vault differs from the newest: what it says of an accessor that is gone, and what our token may do. */
export interface VaultManners {
  /** Before 1.10 a second revocation is refused: 400 "invalid accessor". */
  readonly isOld?: boolean;
  /** What a look-up of an accessor that is gone gets, by the version. */
  readonly goneStatus?: 403 | 404;
  /** Our token may revoke but not look: 403 "permission denied", as for an accessor that is gone. */
  readonly mayNotLook?: boolean;
  /** It answers as if it had revoked, and hasn't. */
  readonly isLying?: boolean;
}

/**
 * Vault's token store as its API documentation and its issues tell of it, since the program itself can't be had in a test:
 * tokens by accessor, `POST /v1/auth/token/lookup-accessor` and `revoke-accessor`, errors as `{"errors": […]}`.
 */
export interface VaultDouble {
  readonly url: string;
  readonly token: string;
  readonly alive: Set<string>;
  readonly asked: string[];
  stop(): Promise<void>;
}

export async function vaultDouble(
  accessors: readonly string[],
  { isOld = false, goneStatus = 403, mayNotLook = false, isLying = false }: VaultManners = {},
): Promise<VaultDouble> {
  const token = "hvs.double-of-a-token";
  const alive = new Set(accessors);
  const asked: string[] = [];
  const answer = (path: string, headers: IncomingMessage["headers"], body: string): [number, object?] => {
    if (headers["x-vault-token"] !== token)
      return [403, { errors: ["2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n"] }];
    const { accessor } = JSON.parse(body) as { accessor: string };
    asked.push(`${path} ${accessor}`);
    if (path === "/v1/auth/token/lookup-accessor") {
      if (mayNotLook) return [403, { errors: ["1 error occurred:\n\t* permission denied\n\n"] }];
      if (!alive.has(accessor))
        return goneStatus === 404
          ? [404, { errors: ["1 error occurred:\n\t* invalid accessor\n\n"] }]
          : [403, { errors: ["permission denied"] }];
      return [200, { data: { accessor, id: "", policies: ["default"], ttl: 3600 } }];
    }
    if (path !== "/v1/auth/token/revoke-accessor") return [404, { errors: [] }];
    if (!alive.has(accessor) && isOld)
      return [400, { errors: ["1 error occurred:\n\t* invalid accessor\n\n"] }];
    if (!isLying) alive.delete(accessor);
    return [204];
  };
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (text: string) => (body += text));
    request.on("end", () => {
      const [status, json] = answer(request.url ?? "", request.headers, body);
      response.writeHead(status, { "content-type": "application/json" });
      response.end(json === undefined ? undefined : JSON.stringify(json));
    });
  });
  const port = await listening(server);
  return {
    url: `http://127.0.0.1:${String(port)}`,
    token,
    alive,
    asked,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
