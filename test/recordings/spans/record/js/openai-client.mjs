/** What all instrumentations of the OpenAI client are recorded with. */
export function steps(OpenAI) {
  const client = new OpenAI({ maxRetries: 0 });
  const messages = [{ role: "user", content: "Weather in Bern?" }];
  const parameters = { type: "object", properties: { city: { type: "string" } } };
  const tools = [{ type: "function", function: { name: "weather", parameters } }];
  const ask = (more) => () => client.chat.completions.create({ model: "gpt-4o-mini", messages, ...more });
  return [
    ask({}),
    ask({ tools }),
    async () => {
      for await (const _ of await ask({ stream: true })());
    },
    ask({ model: "gpt-none" }),
    () =>
      client.embeddings.create({ model: "text-embedding-3-small", input: "Bern", encoding_format: "float" }),
    () => client.responses.create({ model: "gpt-4o", input: "Weather in Bern?" }),
  ];
}
