/**
 * The global object, where copies of this module and of OpenTelemetry's API meet, seen as what they keep in it: properties
 * under symbols of the whole process, each of which may be missing.
 */
export function globals<T extends { readonly [Name in keyof T]?: unknown }>(): T {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- All that is read of it may be missing.
  return globalThis as unknown as T;
}
