import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { ControlRecord, Grant } from "../../schemas/index.ts";
import { listening } from "./http-double.ts";

/** A connection of a guard, as the double sees it. */
interface Connection {
  readonly identities: readonly string[];
  readonly headers: IncomingHttpHeaders;
  readonly response: ServerResponse;
}

/** What the double makes of a connection instead of serving it. Gives true where it took it. */
type Fault = (connection: Connection) => boolean;

/** A request for an approval, as it came. */
interface AskedApproval {
  readonly id: string;
  readonly digest: string;
  readonly operation: string;
  readonly resources: readonly string[];
  readonly arguments: readonly string[];
  state: "asked" | "approved" | "denied" | "used";
}

/** The service that a guard listens to, on loopback: told what stands, it tells it on; and it can fail in many ways. */
export class PolicyDouble {
  readonly connections: Connection[] = [];
  readonly approvals: AskedApproval[] = [];
  readonly uses: string[] = [];
  readonly url: string;
  fault: Fault = () => false;
  /** What is answered to whoever asks for an approval; 201 unless told. */
  askStatus = 201;
  ttlUs = 60_000_000;
  readonly #records: ControlRecord[] = [];
  readonly #open = new Set<ServerResponse>();
  readonly #beats: NodeJS.Timeout;
  readonly stop: () => Promise<void>;

  constructor(url: string, stop: () => Promise<void>, beatMs: number) {
    this.url = url;
    this.#beats = setInterval(() => this.#all("beat", "{}"), beatMs);
    this.stop = async () => {
      clearInterval(this.#beats);
      await stop();
    };
  }

  connect(connection: Connection): void {
    const { response, headers } = connection;
    this.connections.push(connection);
    if (this.fault(connection)) return;
    response.writeHead(200, { "content-type": "text/event-stream" });
    this.#open.add(response);
    response.on("close", () => this.#open.delete(response));
    const from = /^c(\d+)\.s0$/u.exec(String(headers["last-event-id"] ?? ""))?.[1];
    const entries = this.#records.map((record, position) => ({ position, record }));
    if (from === undefined) send(response, "snapshot", { records: entries }, this.cursor);
    else
      for (const one of entries.slice(Number(from))) send(response, "entry", one, `c${one.position + 1}.s0`);
  }

  get cursor(): string {
    return `c${this.#records.length}.s0`;
  }

  /** Says one more thing to everybody. */
  say(record: Saying): void {
    const whole = {
      tenant: "default",
      author: "user:ana",
      atUs: Date.now() * 1000,
      ...record,
    } as ControlRecord;
    this.#records.push(whole);
    this.#all("entry", JSON.stringify({ position: this.#records.length - 1, record: whole }));
  }

  grant(grant: Partial<Grant> = {}): void {
    this.say({ kind: "grant_given", atUs: 1, grant: grantOf(grant) });
  }

  /** Ends all connections. */
  cut(): void {
    for (const response of this.#open) response.destroy();
  }

  /** Goes on holding all connections, and says nothing on them any more. */
  mute(): void {
    this.#open.clear();
  }

  ask(approval: Omit<AskedApproval, "id" | "state">): { id: string; state: string; expiresAtUs: number } {
    const id = `ap-${this.approvals.length + 1}`;
    this.approvals.push({ ...approval, id, state: "asked" });
    const expiresAtUs = Date.now() * 1000 + this.ttlUs;
    this.say({ kind: "approval_asked", approval: { ...approval, id, expiresAtUs } });
    return { id, state: "asked", expiresAtUs };
  }

  answer(id: string, answer: "approved" | "denied"): void {
    const approval = this.approvals.find((one) => one.id === id);
    if (approval?.state !== "asked") throw new Error(`there is no open approval ${id}`);
    approval.state = answer;
    this.say({ kind: "approval_answered", approvalId: id, answer, comment: "" });
  }

  use(id: string, digest: string): boolean {
    const approval = this.approvals.find((one) => one.id === id);
    if (approval?.state !== "approved" || approval.digest !== digest) return false;
    approval.state = "used";
    this.uses.push(id);
    this.say({ kind: "approval_used", approvalId: id, digest });
    return true;
  }

  #all(event: string, data: string): void {
    for (const response of this.#open)
      response.write(`id: ${this.cursor}\nevent: ${event}\ndata: ${data}\n\n`);
  }
}

/** An entry without what all entries have. */
type Saying = Readonly<Record<string, unknown>> & { readonly kind: ControlRecord["kind"] };

export function grantOf(grant: Partial<Grant> = {}): Grant {
  return {
    id: "g1",
    grantee: "agent:test",
    approver: "user:ana",
    policy: { id: "support", version: "14" },
    operations: ["*"],
    resources: ["*"],
    window: {},
    conditions: {},
    ask: false,
    ...grant,
  };
}

function send(response: ServerResponse, event: string, data: unknown, id: string): void {
  response.write(`id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
}

export async function policyDouble(beatMs = 50): Promise<PolicyDouble> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://localhost");
    if (url.pathname === "/v1/policy/events") {
      double.connect({ identities: url.searchParams.getAll("identity"), headers: request.headers, response });
      return;
    }
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = (chunks.length === 0 ? {} : JSON.parse(Buffer.concat(chunks).toString())) as {
        approval: Omit<AskedApproval, "id" | "state">;
        digest: string;
      };
      const used = /^\/v1\/approvals\/([^/]+)\/use$/u.exec(url.pathname)?.[1];
      if (used !== undefined) response.writeHead(double.use(used, body.digest) ? 200 : 409).end("{}");
      else if (url.pathname !== "/v1/approvals") response.writeHead(404).end();
      else if (double.askStatus !== 201) response.writeHead(double.askStatus).end();
      else response.writeHead(201).end(JSON.stringify({ approval: double.ask(body.approval) }));
    });
  });
  const port = await listening(server);
  const double: PolicyDouble = new PolicyDouble(
    `http://127.0.0.1:${String(port)}`,
    async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
    beatMs,
  );
  return double;
}
