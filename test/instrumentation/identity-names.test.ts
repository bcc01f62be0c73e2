/**
 * Goal: the Collector's processor names whoever shows a token as the SDK does, so that a claim and a proof can be one.
 * Method: the processor's own vectors, which its tests read too, given to the SDK.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { serviceAccountId } from "../../instrumentation/identity/kubernetes.ts";
import { chainOf } from "../../instrumentation/scope/token-chain.ts";
import { repositoryRoot } from "../support/repository.ts";

interface Vector {
  readonly why: string;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly id: string;
  readonly kind: string;
  /** What the SDK says where it means another: a person, for whom the processor says who sends. */
  readonly sdk?: { readonly id: string; readonly kind: string };
}

const folder = "collector/processor/answerableprocessor/internal/proof/testdata";
const vectors = JSON.parse(readFileSync(join(repositoryRoot, folder, "names.json"), "utf8")) as Vector[];

test.each(vectors)("$why", ({ claims, id, kind, sdk }) => {
  const unnamed = { id: "unknown", kind: "unknown" };
  expect(chainOf(claims).hops.at(-1)).toMatchObject(sdk ?? (id === "" ? unnamed : { id, kind }));
});

test("service accounts are among them", () => {
  const accounts = vectors.filter(({ claims }) => serviceAccountId(String(claims["sub"])) !== undefined);
  expect(accounts.map(({ id }) => id)).toEqual(["k8s:my-namespace/my-serviceaccount"]);
});
