/** Says whether a host is one of those named: by its name, or by `*.` and a domain that it is below. */
export function hostMatcher(hosts: readonly string[]): (host: string) => boolean {
  const exact = new Set(hosts.filter((host) => !host.startsWith("*.")).map((host) => host.toLowerCase()));
  const below = hosts.filter((host) => host.startsWith("*.")).map((host) => host.slice(1).toLowerCase());
  return (host) => {
    const name = host.toLowerCase().replace(/^\[(.*)\]$/u, "$1");
    return exact.has(name) || below.some((end) => name.endsWith(end));
  };
}
