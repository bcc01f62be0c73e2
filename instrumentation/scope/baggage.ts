import type { Scope } from "./scope.ts";
import { chainHopsMax, cutChain, idCharsMax } from "./stamp.ts";

/** What of ours a request carries at most; headers of common servers end at 8 KiB in all. */
const oursBytesMax = 4096;
/** What is written in all, and read at most: the limit of the specification. */
const bytesMax = 8192;

const names = {
  chainId: "nhi.chain.id",
  chain: "nhi.chain",
  task: "nhi.task",
  grant: "nhi.grant",
  session: "nhi.session",
} as const;
const sealName = "nhi.sealed";

/**
 * Baggage (https://www.w3.org/TR/baggage/) that says by whom and for what a call is made, after what the host has in it
 * already. What doesn't fit any more is left out, the seal and the path before the rest.
 */
export function writeBaggage(scope: Scope, sealed: string | undefined, before = ""): string {
  const entries = [
    entry(names.chainId, scope.chainId && encoded(scope.chainId)),
    entry(names.chain, scope.chain && cutChain(scope.chain).map(encoded).join(">")),
    entry(sealName, sealed),
    entry(names.task, scope.task && encoded(scope.task)),
    entry(names.grant, scope.grant && encoded(scope.grant)),
    entry(names.session, scope.session && encoded(scope.session)),
  ];
  const theirs = before.split(",").filter((text) => text !== "" && !text.trim().startsWith("nhi."));
  // What is too long in all is passed over by whoever reads it: the host's own must not be lost to ours.
  let left = Math.min(oursBytesMax, bytesMax - theirs.join(",").length);
  const ours = entries.filter((text): text is string => {
    if (text === undefined || text.length + 1 > left) return false;
    left -= text.length + 1;
    return true;
  });
  return [...theirs, ...ours].join(",");
}

/** Half a character can't be written in a header. */
function encoded(id: string): string {
  // oxlint-disable-next-line typescript/no-unnecessary-type-conversion -- Ids are often numbers, whatever the types say.
  return encodeURIComponent(String(id).replaceAll(/\p{Surrogate}/gu, "\uFFFD"));
}

function entry(name: string, value: string | undefined): string | undefined {
  return value === undefined || value === "" ? undefined : `${name}=${value}`;
}

/** What a baggage header says of us; anything malformed or too long in it is passed over. */
export function readBaggage(header: string): { scope: Scope; sealed: string | undefined } {
  if (header.length > bytesMax) return { scope: {}, sealed: undefined };
  const found = new Map<string, string>();
  for (const member of header.split(",")) {
    const at = member.indexOf("=");
    if (at > 0)
      found.set(
        member.slice(0, at).trim(),
        member
          .slice(at + 1)
          .split(";", 1)[0]!
          .trim(),
      );
  }
  const chain = found.get(names.chain)?.split(">").map(decoded);
  const isWhole =
    chain !== undefined && chain.length <= chainHopsMax && chain.every((hop) => hop !== undefined);
  const one = (name: string): string | undefined => decoded(found.get(name));
  const chainId = one(names.chainId);
  const [task, grant, session] = [one(names.task), one(names.grant), one(names.session)];
  return {
    scope: {
      ...(chainId !== undefined && { chainId }),
      ...(isWhole && { chain: chain.filter((hop) => hop !== undefined) }),
      ...(task !== undefined && { task }),
      ...(grant !== undefined && { grant }),
      ...(session !== undefined && { session }),
    },
    sealed: found.get(sealName),
  };
}

function decoded(text: string | undefined): string | undefined {
  if (text === undefined || text === "") return undefined;
  try {
    const plain = decodeURIComponent(text);
    return plain.length <= idCharsMax ? plain : undefined;
  } catch {
    return undefined;
  }
}
