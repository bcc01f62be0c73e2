/**
 * Goal: whatever goes out by node:http and node:https is seen once, and its host sees no difference.
 * Method: the wrapper contract on a service on loopback.
 */
import { once } from "node:events";
import http, { type IncomingMessage } from "node:http";
import https from "node:https";
import { describe } from "@jest/globals";
import { httpWrapper } from "../../../instrumentation/wrappers/http.ts";
import { answerTo, bodySecret, httpDouble, text } from "../../support/http-double.ts";
import { type Use, wrapperContract } from "../../support/wrapper-contract.ts";

const query = "AKIAIOSFODNN7EXAMPLE";
const header = "Bearer eyJhbGciOiJIUzI1NiJ9.e30.c2VjcmV0";
const get = {
  "nhi.action.kind": "resource_access",
  "nhi.action.name": "http.get",
  "nhi.action.mutating": false,
};
const secrets = [query, header, bodySecret, "my-password"];

/** Closed, with or without an error. */
function closed(request: http.ClientRequest): Promise<void> {
  return new Promise((resolve) => void request.on("close", resolve));
}

const uses: readonly Use<string>[] = [
  {
    name: "a good call, by callback",
    run: async (see, url) => {
      const request = http.get(
        `${url}/hello?token=${query}`,
        { headers: { authorization: header } },
        (answer) => {
          see("answer", [
            answer instanceof http.IncomingMessage,
            answer.statusCode,
            answer.headers["x-secret"],
          ]);
          see("this", Reflect.get(answer, "req") === request);
          void text(answer).then((all) => see("text", all));
        },
      );
      see("is", [
        request instanceof http.ClientRequest,
        request.constructor.name,
        request.method,
        request.path,
      ]);
      for (const event of ["finish", "response", "close", "error", "abort"])
        request.on(event, () => see("event", event));
      await closed(request);
    },
    actions: [
      {
        ...get,
        "http.request.method": "GET",
        "http.response.status_code": 200,
        "server.address": "127.0.0.1",
      },
    ],
    secrets,
  },
  {
    name: "nobody listens to the answer",
    run: async (see, url) => {
      const request = http.get(`${url}/hello`);
      await closed(request);
      see(
        "listeners",
        ["response", "error"].map((name) => request.listenerCount(name)),
      );
    },
    actions: [get],
  },
  {
    name: "bodies, streamed both ways, by every form of the arguments",
    run: async (see, url) => {
      const { hostname, port } = new URL(url);
      const forms = [
        () => http.request(`${url}/echo`, { method: "post" }),
        () => http.request(new URL(`${url}/echo`), { method: "POST", headers: ["x-list", header] as never }),
        () => http.request({ hostname, port, path: "/echo", method: "POST", auth: "me:my-password" }),
        () =>
          http.request({ host: hostname, port: Number(port), path: "/echo", method: "POST", agent: false }),
      ];
      for (const form of forms) {
        const request = form();
        request.write("one;");
        setTimeout(() => request.end(bodySecret), 5);
        see("echo", await answerTo(request));
      }
      see("stream", await answerTo(http.get(`${url}/stream`)));
    },
    actions: [
      ...Array.from({ length: 4 }, () => ({ "nhi.action.name": "http.post", "nhi.action.mutating": true })),
      get,
    ],
    secrets,
  },
  {
    name: "an answer of failure",
    run: async (see, url) => see("text", await answerTo(http.get(`${url}/status/503`))),
    actions: [{ ...get, "error.type": "503" }],
    secrets,
  },
  {
    name: "nobody there, and a connection that breaks",
    run: async (see, url) => {
      for (const address of ["http://127.0.0.1:2/", `${url}/broken`]) {
        const request = http.get(address);
        for (const event of ["error", "close", "abort"]) request.on(event, (error) => see(event, error));
        await closed(request);
      }
    },
    actions: [
      { ...get, "error.type": "ECONNREFUSED" },
      { ...get, "error.type": "ECONNRESET" },
    ],
  },
  {
    name: "given up: destroyed with an error, by a signal, by a timeout, before it began",
    run: async (see, url) => {
      const own = new Error("my-password");
      const cases: ((request: http.ClientRequest, given: AbortController) => void)[] = [
        (request) => void request.destroy(own),
        (_, given) => given.abort(own),
        (request) => request.setTimeout(10, () => void request.destroy()),
      ];
      for (const [nth, giveUp] of cases.entries()) {
        const given = new AbortController();
        const request = http.get(`${url}/silent`, { signal: given.signal });
        for (const event of ["error", "close", "timeout", "abort"])
          request.on(event, (error) => see(`${String(nth)} ${event}`, [error === own, error]));
        setTimeout(() => giveUp(request, given), 10);
        await closed(request);
      }
      const before = http.get(`${url}/hello`).on("error", (error) => see("before", error));
      before.destroy();
      await closed(before);
    },
    actions: Array.from({ length: 4 }, () => get),
    secrets,
  },
  {
    name: "misuse throws what it throws",
    run: async (see) => {
      for (const wrong of [
        () => http.request("not a url"),
        () => http.get({ path: "/a b" }),
        () => https.request("http://127.0.0.1/"),
      ])
        try {
          wrong().on("error", () => undefined);
        } catch (error) {
          see("threw", error);
        }
    },
    actions: [],
  },
  {
    name: "an upgrade",
    run: async (see, url) => {
      const server = http.createServer();
      server.on("upgrade", (_, socket) =>
        socket.end("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n"),
      );
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
      const { port } = server.address() as { port: number };
      const request = http.get({
        host: new URL(url).hostname,
        port,
        headers: { connection: "Upgrade", upgrade: "x" },
      });
      const [answer, socket] = (await once(request, "upgrade")) as [IncomingMessage, { destroy(): void }];
      see("status", answer.statusCode);
      socket.destroy();
      server.close();
    },
    actions: [{ ...get, "http.response.status_code": 101 }],
  },
];

describe("contract", () => {
  wrapperContract<string>({
    wrapper: httpWrapper,
    start: async () => {
      const double = await httpDouble();
      return { world: double.url, stop: double.stop };
    },
    touches: () => [http, https],
    uses,
    app: {
      modules: { http: "node:http", events: "node:events" },
      body: (url) => `
        const { get, request } = http;
        for (const call of [() => get("${url}/hello"), () => request("${url}/status/404", { method: "DELETE" }).end()]) {
          const [answer] = await events.once(call(), "response");
          console.log(answer.statusCode);
          answer.resume();
        }`,
      actions: [
        ["resource_access", "http.get"],
        ["resource_access", "http.delete"],
      ],
    },
  });
});
