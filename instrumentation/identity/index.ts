import { aws } from "./aws.ts";
import { github } from "./github.ts";
import { gitlab } from "./gitlab.ts";
import { kubernetes } from "./kubernetes.ts";
import { service } from "./service.ts";
import type { Answer, FoundIdentity, IdentityAround, IdentitySource } from "./source.ts";
import { spiffe } from "./spiffe.ts";
import { declared, staticConfig } from "./static.ts";

/**
 * Every way to know who this process is, strongest first; the first that names somebody is believed. So a token found
 * overrules what the configuration says; `ANSWERABLE_IDENTITY_SOURCE` names the one source to believe instead.
 */
export const identitySources: readonly IdentitySource[] = [
  spiffe,
  kubernetes,
  github,
  gitlab,
  aws,
  staticConfig,
  service,
];

/** A source that takes longer is passed over. */
const sourceMs = 5000;

export interface Search {
  readonly found: FoundIdentity | undefined;
  /** What each source said that was asked, for `answerable doctor`. No sentence holds a secret. */
  readonly tried: readonly { readonly id: string; readonly said: string }[];
}

/**
 * Finds who this process acts as. Never rejects: a source that fails says so in `tried`, and the next is asked. Where the
 * configuration names another identity than the source that is believed, `tried` says that too.
 *
 * @example
 * const { found, tried } = await findIdentity(await aroundProcess({ env: environment, nowMs: clock.nowMs }));
 */
export async function findIdentity(around: IdentityAround, sources = identitySources): Promise<Search> {
  const tried: { id: string; said: string }[] = [];
  let found: FoundIdentity | undefined;
  for (const source of wanted(around, sources, tried)) {
    const answer =
      found === undefined ? await within(source, around) : await contradiction(source, around, found);
    if (answer === undefined) continue;
    tried.push({ id: source.id, said: answer.said });
    found ??= answer.found;
  }
  return { found: found && { ...found, ...declared(around.env) }, tried };
}

/** The sources to ask: all of them, or the one that the configuration names. */
function wanted(
  { env }: IdentityAround,
  sources: readonly IdentitySource[],
  tried: { id: string; said: string }[],
): readonly IdentitySource[] {
  const name = env["ANSWERABLE_IDENTITY_SOURCE"];
  if (name === undefined || name === "") return sources;
  const named = sources.filter(({ id }) => id === name);
  if (named.length > 0) return named;
  const all = sources.map(({ id }) => id).join(", ");
  tried.push({ id: "ANSWERABLE_IDENTITY_SOURCE", said: `names no source; there are ${all}` });
  return sources;
}

/** What weaker sources say is not asked once somebody is found, save the configuration, which somebody wrote on purpose. */
async function contradiction(
  source: IdentitySource,
  around: IdentityAround,
  found: FoundIdentity,
): Promise<Answer | undefined> {
  if (source !== staticConfig) return undefined;
  const answer = await within(source, around);
  if (answer.found === undefined || answer.found.id === found.id) return undefined;
  return {
    said: `names ${answer.found.id}, but a stronger source named ${found.id}; ANSWERABLE_IDENTITY_SOURCE=static overrules`,
  };
}

async function within(source: IdentitySource, around: IdentityAround): Promise<Answer> {
  return await new Promise((resolve) => {
    const timer = setTimeout(() => resolve({ said: `no answer within ${sourceMs} ms` }), sourceMs);
    timer.unref();
    const end = (answer: Answer): void => {
      clearTimeout(timer);
      resolve(answer);
    };
    // An error's message may hold what was read; that it failed is all that is said.
    ask(source, around).then(end, () => end({ said: "failed" }));
  });
}

/** Also for a source that throws before it gives a promise. */
async function ask(source: IdentitySource, around: IdentityAround): Promise<Answer> {
  return await source.find(around);
}
