import { require, run } from "./common.mjs";

await run(
  () => [new (require("@opentelemetry/instrumentation-graphql").GraphQLInstrumentation)()],
  () => {
    const { buildSchema, graphql } = require("graphql");
    const schema = buildSchema(
      "type Query { order(id: ID): String } type Mutation { cancel(id: ID): String }",
    );
    const rootValue = { order: () => "open", cancel: () => "gone" };
    const ask = (source) => () => graphql({ schema, source, rootValue });
    return [ask("query One { order(id: 1) }"), ask("mutation Two { cancel(id: 1) }"), ask("{ nothing }")];
  },
);
