import type { Command } from "commander";

interface McpProxyVerbOptions {
  readonly identity?: string;
}

/** Runs a server behind the proxy; gives back its exit status. */
export type RunMcpProxy = (server: readonly string[], options: McpProxyVerbOptions) => Promise<void>;

/** `answerable mcp-proxy`: needs no settings of a service, as it runs where an agent does. */
export function addMcpProxy(program: Command, run: RunMcpProxy): void {
  program
    .command("mcp-proxy")
    .description(
      "start an MCP server over stdio; what it is asked to do is recorded, and guarded before it is done",
    )
    .option("--identity <id>", "who calls it (default: ANSWERABLE_IDENTITY, or what is found)")
    .argument("<server...>", "command of the server and its arguments, after --")
    .addHelpText(
      "after",
      `
Put it in front of the command in your client's settings: answerable mcp-proxy --identity agent:triage -- npx -y @acme/mcp
A denied call never reaches the server; the model is told why. ANSWERABLE_* variables are the proxy's, and not handed on.`,
    )
    .action((server: string[], given: McpProxyVerbOptions) => run(server, given));
}
