import { writeFileSync } from "node:fs";
import { frameworkPage, frameworkSql } from "./framework-texts.ts";

/** Writes the framework map as a migration and as a page: `npm run generate`. */
const root = new URL("../../", import.meta.url);
writeFileSync(new URL("schemas/clickhouse/0015_frameworks.sql", root), frameworkSql());
writeFileSync(new URL("docs/frameworks.md", root), frameworkPage());
process.stdout.write("schemas/clickhouse/0015_frameworks.sql and docs/frameworks.md\n");
