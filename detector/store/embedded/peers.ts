/** How the optional peers are found; a test replaces one to see what happens without it. */
export interface PeerImports {
  readonly library: () => Promise<{ libchdbPath(): string }>;
  readonly calls: () => Promise<typeof import("ffi-rs")>;
}

const installed: PeerImports = {
  library: () => import("chdb/libchdb"),
  calls: () => import("ffi-rs"),
};

/** Runs ClickHouse's own command line; it returns the exit code when the server ends, and blocks its thread until then. */
export type RunClickHouse = (args: readonly string[]) => number;

/**
 * Finds the ClickHouse library and the means to call it.
 * Both are optional peers (half a gigabyte): who has a ClickHouse cluster needs neither.
 */
export async function loadPeers(imports: PeerImports = installed): Promise<RunClickHouse> {
  const { path, ffi } = await find(imports);
  return (args) => {
    ffi.open({ library: "chdb", path });
    const argv = ["clickhouse", ...args];
    return ffi.load({
      library: "chdb",
      funcName: "chdb_query_cmdline",
      retType: ffi.DataType.I32,
      paramsType: [ffi.DataType.I32, ffi.DataType.StringArray],
      paramsValue: [argv.length, argv],
    });
  };
}

async function find(imports: PeerImports): Promise<{ path: string; ffi: typeof import("ffi-rs") }> {
  try {
    const [library, ffi] = await Promise.all([imports.library(), imports.calls()]);
    return { path: library.libchdbPath(), ffi };
  } catch (error) {
    throw new Error("The embedded ClickHouse is not installed; add it with: npm install chdb ffi-rs", {
      cause: error,
    });
  }
}
