/** Positions in requests and answers of `fetch`, `node:http` and Vault. */
import { request } from "node:http";
import type { Position, World } from "../../secrets/position.ts";

const encode = encodeURIComponent;

function fetched(
  name: string,
  send: (secret: string, world: World, nth: number) => readonly [url: string, init?: RequestInit],
  leaves = false,
  operation?: string,
): Position {
  return {
    name: `fetch.${name}`,
    operation: operation ?? "http.get",
    leaves,
    plant: async (secret, world, nth) => {
      const [url, init] = send(secret, world, nth);
      return (await fetch(url, init)).text();
    },
  };
}

/** By `node:http`, which takes what `fetch` refuses. */
function requested(
  name: string,
  send: (secret: string) => { path: string; auth?: string; headers?: object },
  leaves = false,
): Position {
  return {
    name: `http.${name}`,
    operation: "http.get",
    leaves,
    plant: (secret, { double }) => {
      const { path, auth, headers } = send(secret);
      const { hostname, port } = new URL(double);
      return new Promise((resolve, reject) => {
        const options = {
          hostname,
          port,
          path,
          ...(auth !== undefined && { auth }),
          headers: { ...headers },
        };
        request(options, (response) => response.resume().on("end", resolve))
          .on("error", reject)
          .end();
      });
    },
  };
}

/** Nobody listens there; the first ports are refused by `fetch` itself. */
const nobody = "http://127.0.0.1:2";

export const webPositions: readonly Position[] = [
  fetched("path", (secret, { double }) => [`${double}/v2/hooks/${encode(secret)}/send`], true),
  fetched("path-twice", (secret, { double }) => [`${double}/v2/a;b=${encode(encode(secret))}`], true),
  fetched("query", (secret, { double }) => [`${double}/v2?x=${encode(secret)}&${encode(secret)}=1`]),
  fetched("fragment", (secret, { double }) => [`${double}/v2#x=${encode(secret)}`]),
  fetched("headers", (secret, { double }) => [
    `${double}/v2`,
    {
      headers: {
        authorization: `Bearer ${encode(secret)}`,
        cookie: `sid=${encode(secret)}`,
        "x-thing": encode(secret),
      },
    },
  ]),
  fetched(
    "body",
    (secret, { double }) => [`${double}/v2`, { method: "POST", body: JSON.stringify({ secret }) }],
    false,
    "http.post",
  ),
  fetched("answer", (_, { double }, nth) => [`${double}/v2/answer`, { headers: { "x-nth": String(nth) } }]),
  fetched("failed-answer", (_, { double }, nth) => [
    `${double}/v2/status/500`,
    { headers: { "x-nth": String(nth) } },
  ]),
  fetched("redirect", (_, { double }, nth) => [
    `${double}/v2/redirect`,
    { headers: { "x-nth": String(nth) } },
  ]),
  fetched("unreachable", (secret) => [
    `${nobody}/v2?x=${encode(secret)}`,
    { headers: { "x-thing": encode(secret) } },
  ]),
  fetched("abort", (secret, { double }) => {
    const stop = new AbortController();
    const reason = Object.assign(new Error(secret), { code: secret, name: secret });
    setTimeout(() => stop.abort(reason), 10);
    return [`${double}/v2/silent`, { signal: stop.signal }];
  }),
  fetched(
    "method",
    (secret, { double }) => [`${double}/v2`, { method: encode(secret).replaceAll(/[^A-Za-z0-9]/gu, "") }],
    false,
    "http._other",
  ),
  requested("user", (secret) => ({ path: "/v2", auth: `${secret}:${secret}` })),
  requested("query", (secret) => ({ path: `/v2?x=${encode(secret)}` })),
  requested("path", (secret) => ({ path: `/v2/${encode(secret)}` }), true),
  requested("headers", (secret) => ({
    path: "/v2",
    headers: { authorization: encode(secret), "x-a": [encode(secret)] },
  })),
  {
    name: "vault.path",
    operation: "vault.kv.read",
    leaves: true,
    plant: async (secret, { double }) => {
      const headers = { "x-vault-token": "root" };
      return (await fetch(`${double}/v1/secret/data/${encode(secret)}`, { headers })).text();
    },
  },
  {
    name: "vault.token",
    operation: "vault.kv.write",
    leaves: false,
    plant: async (secret, { double }, nth) => {
      const headers = { "x-vault-token": encode(secret), "x-vault-wrap-ttl": "60s", "x-nth": String(nth) };
      const body = JSON.stringify({ data: { password: secret, [secret]: 1 } });
      return (await fetch(`${double}/v1/secret/data/prod/db`, { method: "POST", headers, body })).text();
    },
  },
  {
    name: "vault.value",
    operation: "vault.kv.read",
    leaves: false,
    plant: async (_, { double }, nth) => {
      const headers = { "x-vault-token": "root", "x-nth": String(nth) };
      return (await fetch(`${double}/v1/secret/data/prod/db`, { headers })).json();
    },
  },
  {
    name: "vault.namespace",
    operation: "vault.kv.read",
    leaves: true,
    plant: async (secret, { double }) => {
      const headers = { "x-vault-token": "root", "x-vault-namespace": encode(secret) };
      return (await fetch(`${double}/v1/secret/data/prod/db`, { headers })).json();
    },
  },
];
