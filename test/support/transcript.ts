import { inspect, types } from "node:util";

/** Writes down what the host of a library sees, in order. */
export type See = (what: string, value?: unknown) => void;

/** What a host saw while `work` ran, a line each; an error of `work` is the last. */
export async function transcript(work: (see: See) => unknown): Promise<readonly string[]> {
  const lines: string[] = [];
  const see: See = (what, value) => void lines.push(`${what}: ${described(value)}`);
  try {
    see("gave", await work(see));
  } catch (error) {
    see("threw", error);
  }
  return lines;
}

/** Class, own properties and values. What differs between two runs by nature is masked: ports, dates, ids. */
function described(value: unknown): string {
  if (!types.isNativeError(value) && !(value instanceof Error))
    return masked(inspect(value, { depth: 6, breakLength: Infinity, sorted: true, showProxy: false }));
  const { name, message, cause } = value;
  const own = Object.fromEntries(
    Reflect.ownKeys(value)
      .filter((key) => key !== "stack" && key !== "message" && key !== "cause")
      .map((key) => [String(key), Reflect.get(value, key)]),
  );
  const because = cause === undefined ? "" : ` because ${described(cause)}`;
  return masked(
    `${value.constructor.name} ${name}: ${message} ${inspect(own, { depth: 3, breakLength: Infinity })}${because}`,
  );
}

function masked(text: string): string {
  return text
    .replaceAll(/\n\s+at [^\n\]]*/gu, "")
    .replaceAll(/\n[\s>\d|^]*\|[^\n]*/gu, "")
    .replaceAll(/(127\.0\.0\.1|localhost|::1\]?):\d+/gu, "$1:PORT")
    .replaceAll(/\b(port|localPort|remotePort|bytesWritten|bytesRead|pid): \d+/gu, "$1: N")
    .replaceAll(/[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}/gu, "UUID")
    .replaceAll(/\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT/gu, "DATE")
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/gu, "DATE");
}
