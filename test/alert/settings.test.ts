import { expect, test } from "@jest/globals";
import { DestinationSettings } from "../../detector/alert/settings.ts";
import { secret } from "./support.ts";

const good = { name: "pager", url: "https://pager.acme.example/T0K3N", secret };

test.each([
  { name: "https", change: {}, problem: undefined },
  { name: "plain http to loopback", change: { url: "http://localhost:9/x" }, problem: undefined },
  { name: "plain http to IPv6 loopback", change: { url: "http://[::1]:9/x" }, problem: undefined },
  {
    name: "plain http elsewhere, permitted",
    change: { url: "http://pager.lan/T0K3N", allowInsecure: true },
    problem: undefined,
  },
  {
    name: "plain http elsewhere",
    change: { url: "http://pager.lan/T0K3N" },
    problem: "must start with https://",
  },
  {
    name: "a name that only looks like loopback",
    change: { url: "http://localhost.evil.example/" },
    problem: "must start with https://",
  },
  { name: "a file", change: { url: "file:///etc/T0K3N" }, problem: "must start with https://" },
  {
    name: "user and password",
    change: { url: "https://u:T0K3N@pager.acme.example/" },
    problem: "must not hold a user",
  },
  { name: "no URL", change: { url: "T0K3N" }, problem: "is not a URL" },
  { name: "a secret in another format", change: { secret: "T0K3N" }, problem: "must be whsec_" },
  { name: "a secret that is too short", change: { secret: "whsec_T0K3N" }, problem: "must be whsec_" },
])("$name", ({ change, problem }) => {
  const parsed = DestinationSettings.safeParse({ ...good, ...change });
  expect(parsed.success).toBe(problem === undefined);
  if (problem === undefined) return;
  expect(parsed.error?.message).toContain(problem);
  expect(parsed.error?.message).not.toContain("T0K3N");
});
