/** A host and a port to listen on. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** Splits `127.0.0.1:4318` or `[::1]:4318`; its form was checked by the schema. */
export function parseListen(listen: string): ListenAddress {
  const colon = listen.lastIndexOf(":");
  return { host: listen.slice(0, colon).replaceAll(/[[\]]/gu, ""), port: Number(listen.slice(colon + 1)) };
}

/** Whether only programs of the same machine reach this host. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(?:\.\d{1,3}){3}$/u.test(host);
}
