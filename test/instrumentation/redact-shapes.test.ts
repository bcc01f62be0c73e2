import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { sqlShape } from "../../instrumentation/redact/sql-shape.ts";
import { urlShape } from "../../instrumentation/redact/url-shape.ts";
import { urlShape as detectorShape } from "../../schemas/url-shape.ts";
import { formatSecrets } from "../support/redact/planted.ts";
import { leakOf } from "../support/redact/leaks.ts";

describe("the shape of a statement", () => {
  test.each([
    ["SELECT * FROM orders WHERE id = 'x'", "SELECT", "orders", "SELECT orders"],
    ['select a from "public"."Users" u join t2 on 1=1', "SELECT", "public.Users", "SELECT public.Users t2"],
    ["SELECT a FROM t1, t2 x, t3 AS y WHERE z", "SELECT", "t1", "SELECT t1 t2 t3"],
    ["SELECT (SELECT max(x) FROM inside) FROM outside", "SELECT", "outside", "SELECT outside SELECT inside"],
    ["SELECT EXTRACT(day FROM ts), trim(both 'x' from y) FROM t", "SELECT", "t", "SELECT t"],
    ["SELECT * FROM t FOR UPDATE", "SELECT", "t", "SELECT t"],
    ["INSERT INTO public.users(a) VALUES ('hunter2')", "INSERT", "public.users", "INSERT public.users"],
    ["INSERT INTO t (a) VALUES (1) ON CONFLICT DO UPDATE SET a=2", "INSERT", "t", "INSERT t"],
    ["INSERT INTO a SELECT * FROM b", "INSERT", "a", "INSERT a SELECT b"],
    ["UPDATE ONLY t AS x SET a = 1", "UPDATE", "t", "UPDATE t"],
    ["DELETE FROM a WHERE id IN (SELECT id FROM b)", "DELETE", "a", "DELETE a SELECT b"],
    ["WITH x AS (DELETE FROM users RETURNING id) SELECT * FROM x", "DELETE", "users", "DELETE users SELECT"],
    ["WITH x (a) AS (SELECT 1) SELECT * FROM x, y", "SELECT", undefined, "SELECT SELECT"],
    ["SELECT 1; DROP TABLE users", "DROP TABLE", "users", "SELECT DROP TABLE users"],
    ["BEGIN; UPDATE x SET a=1; COMMIT", "UPDATE", "x", "BEGIN UPDATE x COMMIT"],
    ["EXPLAIN ANALYZE SELECT * FROM t", "SELECT", "t", "SELECT t"],
    ["ALTER ROLE joe WITH SUPERUSER PASSWORD 'x'", "ALTER ROLE", undefined, "ALTER ROLE"],
    ["GRANT SELECT, UPDATE ON TABLE hr.pay TO joe", "GRANT", "hr.pay", "GRANT hr.pay"],
    ["CREATE INDEX CONCURRENTLY i ON big (x)", "CREATE INDEX", "big", "CREATE INDEX big"],
    ["MERGE INTO t USING s ON 1=1 WHEN MATCHED THEN DELETE", "MERGE", "t", "MERGE t s"],
    [
      "SELECT * FROM [dbo].[Order Lines] WHERE x=N'FROM y'",
      "SELECT",
      "dbo.Order Lines",
      "SELECT dbo.Order Lines",
    ],
    ["SELECT $tag$ from hidden $tag$ FROM real", "SELECT", "real", "SELECT real"],
    ["/* a /* b */ from hidden */ SELECT 1 FROM t -- from hidden", "SELECT", "t", "SELECT t"],
    [String.raw`SELECT E'\' FROM hidden' FROM t`, "SELECT", "t", "SELECT t"],
    [String.raw`SELECT '\' FROM hidden WHERE a = 'x' FROM t`, "SELECT", undefined, "SELECT"],
    ["SELECT 'it''s from hidden' FROM t", "SELECT", "t", "SELECT t"],
    ["SELECT 'never ended FROM hidden", "SELECT", undefined, "SELECT"],
    ["SELECT '密' FROM 表", "SELECT", "表", "SELECT 表"],
    ["hunter2 is my password", "OTHER", undefined, "OTHER"],
    ["", "OTHER", undefined, "OTHER"],
  ])("%s", (sql, operation, table, summary) => {
    expect(sqlShape(sql)).toEqual(
      table === undefined ? { operation, summary } : { operation, table, summary },
    );
  });

  const hidden = "hunter2";
  const literal = fc.constantFrom(
    `'${hidden}'`,
    `E'\\'${hidden}'`,
    `'''${hidden}'`,
    `$$${hidden}$$`,
    `$a$ ' ${hidden} $b$ $a$`,
    `N'${hidden}'`,
    `U&'${hidden}'`,
    `/* ${hidden} */`,
    `/* /* */ FROM ${hidden} */`,
    `-- FROM ${hidden}\n`,
    `# FROM ${hidden}\n`,
    `'FROM ${hidden}'`,
    `'${hidden}`,
    `'\\'${hidden}'`,
    `$a$${hidden}`,
    `/*${hidden}`,
  );
  const code = fc.constantFrom(
    "SELECT",
    "a",
    "FROM",
    "t",
    "WHERE",
    "x",
    "=",
    ",",
    "(",
    ")",
    "UPDATE",
    "INTO",
    "\n",
    ";",
    "JOIN",
    ".",
    "1",
  );

  test("says nothing of literals and comments, however they are mixed", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(literal, code), { maxLength: 20 }), (parts) => {
        expect(JSON.stringify(sqlShape(parts.join(" ")))).not.toContain(hidden);
      }),
      { examples: [[["SELECT", "INTO", `'${hidden}`, `'${hidden}`]], [["UPDATE", `E'a'${hidden}`]]] },
    );
  });

  test("of any text is made, and is short", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(sqlShape(`SELECT * FROM a ${text}`).summary.length).toBeLessThanOrEqual(255);
      }),
    );
    for (const unit of [
      "(",
      "/*",
      "$a$",
      "'",
      "E'",
      '"a.',
      "select ",
      "with a as (",
      "from a,",
      "[",
      "#",
      "\\",
    ])
      expect(sqlShape(`SELECT ${unit.repeat(300_000)}`).summary.length).toBeLessThanOrEqual(255);
  });
});

describe("the shape of a URL", () => {
  test.each([
    [
      "https://u:p@api.acme.example:8443/v1/users/4711?token=x#top",
      "https://api.acme.example:8443/v1/users/*",
    ],
    [
      "https://api.telegram.org/bot110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsawxyz/getMe",
      "https://api.telegram.org/*/getMe",
    ],
    ["/v1/secrets/db?version=3", "/v1/secrets/db"],
    ["", ""],
  ])("%s", (url, shape) => {
    expect(urlShape(url)).toBe(shape);
  });

  test("holds no secret, and is its own shape to the detector", () => {
    for (const planted of formatSecrets(3)) {
      const secret = encodeURIComponent(planted.secret);
      for (const url of [
        `https://a.example/x/${secret}/y?q=${secret}#${secret}`,
        `https://u:${secret}@a.example/x`,
      ]) {
        const shape = urlShape(url);
        expect([shape, leakOf(planted, shape)]).toEqual([shape, undefined]);
        expect(detectorShape(shape)).toBe(shape);
      }
    }
  });
});
