import type { Asked, Facts, Probe } from "./facts.ts";
import type { Check } from "./report.ts";

/** What to do about what the way to the receiver, or the receiver, said. The first that fits counts. */
const remedies: readonly { readonly when: RegExp; readonly advice: string }[] = [
  {
    when: /ECONNREFUSED/u,
    advice: "Start the receiver (`npx answerable up`), or set ANSWERABLE_ENDPOINT to where it listens.",
  },
  {
    when: /ENOTFOUND|EAI_AGAIN/u,
    advice: "Correct the host's name in ANSWERABLE_ENDPOINT; nobody knows this one.",
  },
  {
    when: /ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|no answer within/u,
    advice:
      "See whether a firewall or proxy stands between here and the receiver, and whether it is overloaded.",
  },
  {
    when: /EPROTO|wrong version number|ECONNRESET|socket hang up|HPE_/u,
    advice:
      "See whether the endpoint wants https where ANSWERABLE_ENDPOINT says http, or the other way around.",
  },
  {
    when: /CERT|SELF_SIGNED|UNABLE_TO/u,
    advice:
      "Have Node trust the receiver's certificate: NODE_EXTRA_CA_CERTS names the file of its authority.",
  },
  {
    when: /answers 401/u,
    advice: "Set ANSWERABLE_TOKEN to the token whose SHA-256 stands in the receiver's http.clients.",
  },
  { when: /answers 403/u, advice: "Have the receiver's http.clients let this token write." },
  {
    when: /answers 40[45]/u,
    advice:
      "Leave the path out of ANSWERABLE_ENDPOINT; /v1/traces is added to it, and this receiver has nothing else there.",
  },
  { when: /answers 3\d\d/u, advice: "Set ANSWERABLE_ENDPOINT to the address that is redirected to." },
  {
    when: /answers (?:429|5\d\d)/u,
    advice: "Look into the receiver's log; it is there, and can't take spans now.",
  },
  {
    when: /may not speak for/u,
    advice:
      "Name this identity in the `identities` of the token's entry in the receiver's http.clients, or use its own token.",
  },
];

export function receiverChecks({ exporter, probe, isOn }: Facts): readonly Check[] {
  if (!isOn || probe === undefined) return [];
  if (exporter.kind !== "otlp") {
    const says = "actions are printed and sent to nobody";
    const advice = "Take ANSWERABLE_EXPORTER out of the environment to have them sent.";
    return [{ id: "receiver", state: "note", says, advice }];
  }
  const { trouble } = probe;
  if (!probe.isTaken || trouble !== undefined) {
    const why = trouble ?? "the receiver refused it";
    const remedy = remedies.find(({ when }) => when.test(why));
    const advice = remedy?.advice ?? "Look into the receiver's log.";
    return [
      {
        id: "receiver",
        state: "trouble",
        says: `a span sent to ${exporter.to} was not taken: ${why}`,
        advice,
      },
    ];
  }
  return [
    { id: "receiver", state: "ok", says: `a span sent to ${exporter.to} was taken` },
    storedCheck(probe.asked),
    ...dropChecks(probe),
  ];
}

function storedCheck({ answer }: Asked): Check {
  const id = "stored";
  switch (answer) {
    case "stored":
      return { id, state: "ok", says: "the receiver has stored it, and says so when asked" };
    case "not_stored":
      return {
        id,
        state: "trouble",
        says: "the receiver took the span, and does not know it when asked",
        advice:
          "See that `answerable process` and `answerable detect` run, and that the API reads the store they write to.",
      };
    case "not_allowed":
      return {
        id,
        state: "note",
        says: "this token may send and not read, so nobody could be asked whether the span is stored",
      };
    case "no_answerable":
      return {
        id,
        state: "note",
        says: "the receiver took the span, and is no Answerable with its API that could be asked for it",
      };
    case "not_asked":
      return { id, state: "note", says: "the receiver took the span, and could not be asked for it" };
  }
}

function dropChecks({ asked, dropped }: Probe): readonly Check[] {
  if (asked.answer !== "stored") return [];
  const { missing, gaps } = asked;
  const lost = missing + dropped;
  if (lost === 0 && gaps === 0) return [{ id: "drops", state: "ok", says: "no span is missing" }];
  const says =
    lost > 0
      ? `${String(lost)} of the spans just sent are missing`
      : `the receiver missed spans of this identity ${String(gaps)} times within the last day`;
  const advice =
    "`npx answerable findings --identity` shows which; let the process end by itself, and raise limits.queueSpansMax where it drops.";
  return [{ id: "drops", state: lost > 0 ? "trouble" : "note", says, advice }];
}
