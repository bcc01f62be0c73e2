import { require, run } from "./common.mjs";

const methods = ["Get", "Refund", "Fail"];

await run(
  () => [new (require("@opentelemetry/instrumentation-grpc").GrpcInstrumentation)()],
  async () => {
    const grpc = require("@grpc/grpc-js");
    const plain = { serialize: (text) => Buffer.from(text), deserialize: String };
    const service = Object.fromEntries(
      methods.map((name) => [
        name,
        {
          path: `/acme.billing.v1.Invoices/${name}`,
          requestStream: false,
          responseStream: false,
          requestSerialize: plain.serialize,
          requestDeserialize: plain.deserialize,
          responseSerialize: plain.serialize,
          responseDeserialize: plain.deserialize,
        },
      ]),
    );
    const server = new grpc.Server();
    server.addService(service, {
      Get: (call, answer) => answer(null, "42"),
      Refund: (call, answer) => answer(null, "ok"),
      Fail: (call, answer) => answer({ code: grpc.status.PERMISSION_DENIED, details: "no" }),
    });
    const port = await new Promise((resolve) =>
      server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (_, bound) => resolve(bound)),
    );
    const Client = grpc.makeGenericClientConstructor(service, "Invoices");
    const client = new Client(`localhost:${port}`, grpc.credentials.createInsecure());
    return methods.map(
      (name) => () =>
        new Promise((resolve, reject) =>
          client[name]("x", (error, value) => (error ? reject(error) : resolve(value))),
        ),
    );
  },
);
