import fc from "fast-check";

/**
 * The gate must give the same answer twice, so it draws the same cases every time; everybody else explores new ones.
 * ANSWERABLE_TEST_SEED names a seed for both.
 */
const fixed = process.env["ANSWERABLE_TEST_SEED"] ?? (process.env["CI"] === "true" ? "20260101" : undefined);
if (fixed !== undefined) fc.configureGlobal({ seed: Number(fixed) });
