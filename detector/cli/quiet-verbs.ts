import type { Command } from "commander";
import { z } from "zod";
import type { Ask } from "./api-client.ts";
import { secondsOf } from "./seconds.ts";
import { instantText, jsonLine, plain } from "./text.ts";

interface Service {
  readonly url?: string;
}

/** Which findings are meant. */
interface Matching {
  readonly rule?: string;
  readonly signal?: string;
  readonly identity?: string;
  readonly operation?: string;
  readonly resource?: string;
}

interface SuppressOptions extends Service, Matching {
  readonly for: string;
  readonly reason: string;
}

/** The verbs about what people want to be quiet. */
export interface QuietVerbs {
  suppress(options: SuppressOptions): Promise<void>;
  suppressions(options: Service & { readonly json?: true }): Promise<void>;
  unsuppress(id: string, options: Service): Promise<void>;
}

export function addQuiet(
  program: Command,
  verbs: () => Promise<QuietVerbs>,
  service: (command: Command) => Command,
): void {
  service(
    program
      .command("suppress")
      .description(
        "keep findings quiet for a while: they are stored as info, counted, and open no episode; two things or more must say which",
      ),
  )
    .option("--rule <id>", "of this rule")
    .option("--signal <name>", "for this signal, as actions have it after `rule/`")
    .option("--identity <pattern>", "of identities such as this; * stands for any characters")
    .option("--operation <pattern>", "about such operations")
    .option("--resource <pattern>", "about actions that touch nothing but such resources")
    .requiredOption("--for <time>", "until it ends by itself, for example 8h or 7d; 90d at most")
    .requiredOption("--reason <why>", "why; it stands with what it hides")
    .action(async (given: SuppressOptions) => (await verbs()).suppress(given));
  service(
    program
      .command("suppressions")
      .description(
        "what is kept quiet by whom, why and until when, and how much that hid; says which end within a day",
      ),
  )
    .option("--json", "as JSON")
    .action(async (given: Service & { json?: true }) => (await verbs()).suppressions(given));
  service(program.command("unsuppress").description("end a suppression now"))
    .argument("<id>", "as `answerable suppressions` shows it")
    .action(async (id: string, given: Service) => (await verbs()).unsuppress(id, given));
}

const text = z.string();
const Matcher = z.looseObject({
  rule: text.exactOptional(),
  signal: text.exactOptional(),
  identity: text.exactOptional(),
  operation: text.exactOptional(),
  resource: text.exactOptional(),
});
const Set = z.object({ suppression: z.looseObject({ id: text, untilUs: z.number() }) });
const Standing = z.looseObject({
  id: text,
  matcher: Matcher,
  reason: text,
  author: text,
  untilUs: z.number(),
  endsSoon: z.boolean(),
  hid: z.number(),
  worst: text.exactOptional(),
});

/** The verbs, over the API. */
export function quietVerbs(api: (given: Service) => Ask, out: (text: string) => void): QuietVerbs {
  return {
    async suppress(given) {
      const { for: time, reason } = given;
      const body = { reason, forSeconds: secondsOf(time), matcher: matcherOf(given) };
      const { suppression } = await api(given)("POST", "/v1/suppressions", Set, body);
      out(`suppression ${plain(suppression.id)} stands until ${instantText(suppression.untilUs)}\n`);
    },
    async suppressions(given) {
      const schema = z.object({ suppressions: z.array(Standing) });
      const { suppressions } = await api(given)("GET", "/v1/suppressions", schema);
      if (given.json === true) out(jsonLine(suppressions));
      else if (suppressions.length === 0) out("nothing is kept quiet\n");
      else out(suppressions.map((one) => `${plain(lineOf(one))}\n`).join(""));
    },
    async unsuppress(id, given) {
      await api(given)("DELETE", `/v1/suppressions/${encodeURIComponent(id)}`, z.looseObject({}));
      out(`suppression ${plain(id)} has ended\n`);
    },
  };
}

function matcherOf({ rule, signal, identity, operation, resource }: Matching): object {
  const all = Object.entries({ rule, signal, identity, operation, resource });
  return Object.fromEntries(all.filter(([, value]) => value !== undefined));
}

function lineOf({
  id,
  matcher,
  reason,
  author,
  untilUs,
  endsSoon,
  hid,
  worst,
}: z.infer<typeof Standing>): string {
  const what = Object.entries(matcher)
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(", ");
  const ends = `until ${instantText(untilUs)}${endsSoon ? ", which is within a day" : ""}`;
  const did = hid === 0 ? "hid nothing" : `hid ${String(hid)}, ${worst ?? "info"} at worst`;
  return `${id}  ${what}  ${ends}  [${did}]  ${reason} (${author})`;
}
