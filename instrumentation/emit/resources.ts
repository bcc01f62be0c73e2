import type { Attributes } from "@opentelemetry/api";
import type { SpanResource } from "./finished-span.ts";

/** Few processes have more than one; whatever makes thousands must not fill the memory. */
const resourcesMax = 16;

/**
 * What the spans of a resource say of their process: the host's word, then ours where it says nothing. One object for one
 * resource, as the encoder gathers spans by it.
 *
 * @param ours another object whenever it says something else.
 */
export function resourceMaker(
  ours: () => Attributes,
  clean: (attributes: Attributes) => Attributes,
): (resource: SpanResource | undefined) => Attributes {
  const made = new Map<SpanResource | undefined, { readonly isWhole: boolean; readonly all: Attributes }>();
  const asked = new WeakSet();
  let before: Attributes | undefined;

  return (resource) => {
    const now = ours();
    if (now !== before || made.size > resourcesMax) made.clear();
    before = now;
    const isWhole = resource?.asyncAttributesPending !== true;
    const known = made.get(resource);
    // Parts of it may come later: until then it is made once with what is there.
    if (known !== undefined && known.isWhole === isWhole) return known.all;
    if (resource !== undefined && !isWhole && !asked.has(resource)) {
      asked.add(resource);
      // Nobody else may ask: an SDK does so for exporters of its own alone.
      resource.waitForAsyncAttributes?.().catch(() => undefined);
    }
    const all = clean(joined(resource && (isWhole ? resource.attributes : settledOf(resource)), now));
    made.set(resource, { isWhole, all });
    return all;
  };
}

/** What a resource says already; the first word on a name counts. */
function settledOf(resource: SpanResource): Attributes {
  const settled: Attributes = {};
  for (const [name, value] of resource.getRawAttributes?.() ?? []) {
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean")
      settled[name] ??= value;
  }
  return settled;
}

/** Numbers count within the process, so all of its spans name it alike, whatever an SDK of the host calls it. */
function joined(own: Attributes | undefined, ours: Attributes): Attributes {
  const all = { ...ours };
  for (const [name, value] of Object.entries(own ?? {})) {
    if (name !== "service.instance.id" && value !== undefined) all[name] = value;
  }
  return all;
}
