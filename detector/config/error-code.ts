/** The operating system's word for why something failed, such as ENOENT. */
export function codeOf(error: unknown): string {
  const hasCode =
    typeof error === "object" && error !== null && "code" in error && typeof error.code === "string";
  return hasCode ? String(error.code) : "unknown reason";
}
