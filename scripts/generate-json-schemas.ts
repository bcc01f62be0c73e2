import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { jsonSchemas } from "./json-schemas.ts";

/** Writes `schemas/json/` from the zod schemas: `npm run generate`. The same schemas give the same bytes. */
const folder = new URL("../../schemas/json/", import.meta.url);
const files = jsonSchemas();
mkdirSync(folder, { recursive: true });
for (const name of readdirSync(folder)) if (!files.has(name)) rmSync(new URL(name, folder));
for (const [name, text] of files) writeFileSync(new URL(name, folder), text);
process.stdout.write(`${String(files.size)} files in schemas/json\n`);
