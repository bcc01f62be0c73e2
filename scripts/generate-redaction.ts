import { readFileSync, writeFileSync } from "node:fs";

/**
 * Writes what the SDK and the Collector's processor read out of `schemas/redaction.json`: a module, since the SDK opens no
 * file, and a copy beside the Go package, since Go embeds nothing from without its module. Part of `npm run generate`.
 */
const root = new URL("../../", import.meta.url);
const text = readFileSync(new URL("schemas/redaction.json", root), "utf8");
const head = `import type { RedactionData } from "./data-shape.ts";

/** Generated from schemas/redaction.json by \`npm run generate\`; change that one. It holds the licence of the formats too. */
export const data: RedactionData = `;
writeFileSync(
  new URL("instrumentation/redact/data.ts", root),
  `${head}${JSON.stringify(JSON.parse(text))};\n`,
);
writeFileSync(
  new URL("collector/processor/answerableprocessor/internal/redaction/redaction.json", root),
  text,
);
process.stdout.write("instrumentation/redact/data.ts and the processor's redaction.json\n");
