import type { Facts, Library, Probe } from "../../instrumentation/doctor/facts.ts";
import type { Check } from "../../instrumentation/doctor/report.ts";

/** What is seen of an app that is well; a test makes one thing of it otherwise. */
export const probe: Probe = {
  isTaken: true,
  trouble: undefined,
  asked: { answer: "stored", missing: 0, gaps: 0 },
  dropped: 0,
};
export const pg: Library = { wrapper: "pg", name: "pg", version: "8.16.0", state: "patched" };
export const healthy: Facts = {
  versions: { node: "22.20.0", answerable: "0.1.0", api: "1.9.1", sdk: [] },
  apiCopies: [{ version: "1.9.1", folder: "node_modules/@opentelemetry/api" }],
  isTracing: true,
  isOn: true,
  problems: [],
  identity: { id: "spiffe://acme/triage", kind: "workload", source: "mtls_spiffe" },
  tried: [{ id: "spiffe", said: "an SVID of /run/spiffe" }],
  exporter: { kind: "otlp", to: "https://spans.acme.example/v1/traces" },
  probe,
  libraries: [pg],
};

/** One thing that is otherwise, and what is to be said of it. */
export interface ReportCase {
  readonly name: string;
  readonly facts: Partial<Facts>;
  readonly id: string;
  readonly state: Check["state"];
  readonly says?: string;
  readonly advice?: string;
}
