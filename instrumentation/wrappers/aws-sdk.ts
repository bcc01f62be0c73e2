import type { Attributes } from "@opentelemetry/api";
import { begin, type Recording } from "../action/begin.ts";
import { watched } from "../action/record.ts";
import type { RecordedAction } from "../action/span-model.ts";
import { bound } from "../scope/bound.ts";
import { isCovered, running } from "../scope/scope.ts";
import { awsAction } from "./aws-action.ts";
import { decorate, isInstrumented, theirSpan } from "./instrumented.ts";
import { all, type Method, prototypesIn, swap } from "./swap.ts";
import type { Wrapper } from "./wrapper.ts";

/**
 * Commands of the AWS SDK v3: reads of secrets, issued credentials, changed permissions, and access to all else. Seen where
 * each client sends, so middleware, retries, paginators and waiters are as they are; the requests within are part of it.
 */
export const awsWrapper: Wrapper = {
  id: "aws-sdk",
  packages: [
    "@smithy/core",
    "@smithy/smithy-client",
    "@aws-sdk/smithy-client",
    "@smithy/node-http-handler",
    "@smithy/fetch-http-handler",
  ],
  patch: (exports, { name }) => {
    const found = handlers.map((handler) => Reflect.get(exports, handler) as unknown);
    if (name.endsWith("-http-handler"))
      return all(prototypesIn(found).map((prototype) => swap(prototype, "handle", onHandle)));
    return all(prototypesIn([Reflect.get(exports, "Client")]).map((client) => swap(client, "send", onSend)));
  },
};

const handlers = ["NodeHttpHandler", "NodeHttp2Handler", "FetchHttpHandler"];

/** What is looked at of a client and a command: what the SDK has in all its versions, or what is passed by. */
interface Sending {
  readonly config?: { readonly serviceId?: unknown };
  readonly resolveMiddleware?: unknown;
  readonly schema?: readonly unknown[];
  readonly input?: unknown;
}

function onSend(original: Method, self: unknown, args: unknown[]): unknown {
  const action = quietly(() => actionOf(self as Sending, args[0] as Sending));
  if (action === undefined) return Reflect.apply(original, self, args);
  if (isInstrumented(self, "send")) return besideTheirs(action, original, self, args);
  const recording = begin(action);
  if (recording === undefined) return Reflect.apply(original, self, args);
  const ended = endOf(action, () => recording);
  const told = heardBy(args, ended);
  let result: unknown;
  try {
    result = recording.run(() => Reflect.apply(original, self, told ?? args));
  } catch (error) {
    recording.end({ error });
    throw error;
  }
  return told === undefined ? watched(result, recording, learner(action, recording)) : result;
}

/** Their span begins within the call, so ours waits to see whether there is one. */
function besideTheirs(action: RecordedAction, original: Method, self: unknown, args: unknown[]): unknown {
  let recording: Recording | undefined;
  const told = heardBy(
    args,
    endOf(action, () => recording),
  );
  const result = Reflect.apply(original, self, told ?? args);
  const theirs = theirSpan("@opentelemetry/instrumentation-aws-sdk", "");
  if (theirs !== undefined) decorate(theirs, action);
  else recording = begin(action);
  if (recording === undefined || told !== undefined) return result;
  return watched(result, recording, learner(action, recording));
}

type Ended = (error: unknown, output: unknown) => void;

/** What is called instead of the host's callback first; undefined where a promise tells. */
function heardBy(args: unknown[], ended: Ended): unknown[] | undefined {
  const at = typeof args[1] === "function" ? 1 : 2;
  if (typeof args[at] !== "function") return undefined;
  const kept = bound(args[at] as Method);
  const told: Method = function told(this: unknown, ...given) {
    ended(given[0], given[1]);
    return Reflect.apply(kept, this, given);
  };
  return args.with(at, told);
}

function endOf(action: RecordedAction, recording: () => Recording | undefined): Ended {
  return (error, output) => {
    const open = recording();
    if (open === undefined) return;
    if (error === null || error === undefined) quietly(() => learner(action, open)(output));
    open.end(error === null || error === undefined ? undefined : { error });
  };
}

function actionOf(client: Sending, command: Sending): RecordedAction | undefined {
  const service = client.config?.serviceId;
  if (typeof service !== "string" || typeof command.resolveMiddleware !== "function") return undefined;
  // Names of classes don't survive every bundler; the schema of newer versions does.
  const { name } = (command as object).constructor;
  const method = typeof command.schema?.[2] === "string" ? command.schema[2] : name.replace(/Command$/u, "");
  if (!/^\w{1,100}$/u.test(method)) return undefined;
  const { input } = command;
  const asked = typeof input === "object" && input !== null ? (input as Record<string, unknown>) : {};
  return awsAction(service, method, asked);
}

/** Answers of these say an id that is worth knowing. Bodies of others are not looked at. */
const telling = /^(?:SecretsManager\.GetSecretValue|STS\..*|IAM\.CreateAccessKey)$/u;

interface Answer {
  readonly ARN?: unknown;
  readonly Credentials?: { readonly AccessKeyId?: unknown };
  readonly AccessKey?: { readonly AccessKeyId?: unknown };
}

/** Adds which secret it was in full, and which credential was issued: its id, which is no secret. */
function learner({ name, resources = [] }: RecordedAction, { span }: Recording): (output: unknown) => void {
  return (output) => {
    if (!telling.test(name) || typeof output !== "object" || output === null) return;
    const { ARN, Credentials, AccessKey } = output as Answer;
    if (typeof ARN === "string") span.setAttribute("aws.secretsmanager.secret.arn", ARN);
    const issued = Credentials?.AccessKeyId ?? AccessKey?.AccessKeyId;
    if (typeof issued !== "string") return;
    const all = [...resources, { id: issued, kind: "credential" }];
    span.setAttributes({
      "nhi.resources.id": all.map(({ id }) => id),
      "nhi.resources.kind": all.map(({ kind }) => kind),
      "nhi.resources.origin": all.map(() => ""),
    });
  };
}

/** The signed request says which key it is signed with, whatever chain of providers found it. */
function onHandle(original: Method, self: unknown, args: unknown[]): unknown {
  if (isCovered()) quietly(() => running().span?.setAttributes(credentialIn(args[0])));
  return Reflect.apply(original, self, args);
}

const signedWith = /\bCredential=([A-Z0-9]{16,128})\//u;

function credentialIn(request: unknown): Attributes {
  const { headers } = request as { headers?: Record<string, unknown> };
  const signature = headers?.["authorization"];
  const [, id] = typeof signature === "string" ? (signedWith.exec(signature) ?? []) : [];
  if (id === undefined) return {};
  return { "nhi.credential.id": id, "nhi.credential.type": id.startsWith("ASIA") ? "aws_sts" : "aws_static" };
}

/** A command that can't be read goes untouched. */
function quietly<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
