import { type Attributes, INVALID_SPAN_CONTEXT, type Span, trace } from "@opentelemetry/api";
import { begin, type Recording } from "../action/begin.ts";
import { watched } from "../action/record.ts";
import type { RecordedAction } from "../action/span-model.ts";
import { ActionDenied } from "../guard/denied.ts";
import { type Call, guarded, guardNow, passNow } from "../guard/gate.ts";
import { bound } from "../scope/bound.ts";
import { isCovered, running, within } from "../scope/scope.ts";
import { awsAction } from "./aws-action.ts";
import { quietly } from "../quietly.ts";
import { isMethod, isObject, members } from "./foreign.ts";
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

function onSend(original: Method, self: unknown, args: unknown[]): unknown {
  const action = quietly(() => actionOf(members(self), members(args[0])));
  if (action === undefined) return Reflect.apply(original, self, args);
  const send = (told: RecordedAction): unknown => sent(told, original, self, args);
  const guard = guardNow();
  if (guard === undefined) return send(action);
  const callback = callbackIn(args)?.call;
  const call: Call = {
    isAwaited: callback === undefined,
    args: () => ({ input: members(args[0])["input"] }),
  };
  if (callback === undefined) return guarded(guard, action, call, send);
  const passed = passNow(guard, action, call);
  if (!(passed instanceof ActionDenied)) return send(passed);
  setImmediate(bound(() => void Reflect.apply(callback, undefined, [passed])));
  return undefined;
}

function sent(action: RecordedAction, original: Method, self: unknown, args: unknown[]): unknown {
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

/** Their span begins within the call, so ours waits to see whether there is one; the requests are part of either. */
function besideTheirs(action: RecordedAction, original: Method, self: unknown, args: unknown[]): unknown {
  let [recording, theirs]: [Recording?, Span?] = [];
  let isKnown = false;
  const heard = heardBy(
    args,
    endOf(action, () => recording),
  );
  const standIn = standInFor(
    () => theirs ?? recording?.span,
    () => isKnown,
  );
  const result = within({ ...running(), span: standIn, covered: true }, () =>
    Reflect.apply(original, self, heard ?? args),
  );
  theirs = theirSpan("@opentelemetry/instrumentation-aws-sdk", "");
  if (theirs !== undefined) decorate(theirs, action);
  else recording = begin(action);
  isKnown = true;
  if (recording === undefined || heard !== undefined) return result;
  return watched(result, recording, learner(action, recording));
}

/** Stands for a span that begins a moment later. */
function standInFor(span: () => Span | undefined, isKnown: () => boolean): Span {
  const outer = trace.wrapSpanContext(running().span?.spanContext() ?? INVALID_SPAN_CONTEXT);
  const isRecording = (): boolean => span()?.isRecording() ?? !isKnown();
  return Object.assign(outer, {
    isRecording,
    setAttributes: (attributes: Attributes) => span()?.setAttributes(attributes) ?? outer,
  });
}

type Ended = (error: unknown, output: unknown) => void;

/** What is called instead of the host's callback first; undefined where a promise tells. */
function heardBy(args: unknown[], ended: Ended): unknown[] | undefined {
  const found = callbackIn(args);
  if (found === undefined) return undefined;
  const { at, call } = found;
  const kept = bound(call);
  const told: Method = function told(this: unknown, ...given) {
    ended(given[0], given[1]);
    return Reflect.apply(kept, this, given);
  };
  return args.with(at, told);
}

function callbackIn(args: readonly unknown[]): { readonly at: number; readonly call: Method } | undefined {
  const at = isMethod(args[1]) ? 1 : 2;
  const call = args[at];
  return isMethod(call) ? { at, call } : undefined;
}

function endOf(action: RecordedAction, recording: () => Recording | undefined): Ended {
  return (error, output) => {
    const open = recording();
    if (open === undefined) return;
    if (error === null || error === undefined) quietly(() => learner(action, open)(output));
    open.end(error === null || error === undefined ? undefined : { error });
  };
}

type Members = ReturnType<typeof members>;

function actionOf(client: Members, command: Members): RecordedAction | undefined {
  const { serviceId } = members(client["config"]);
  if (typeof serviceId !== "string" || !isMethod(command["resolveMiddleware"])) return undefined;
  // Names of classes don't survive every bundler; the schema of newer versions does.
  const { constructor, schema, input } = command;
  const named = isMethod(constructor) ? constructor.name.replace(/Command$/u, "") : "";
  const [, , operation] = Array.isArray(schema) ? (schema as readonly unknown[]) : [];
  const method = typeof operation === "string" ? operation : named;
  return /^\w{1,100}$/u.test(method) ? awsAction(serviceId, method, members(input)) : undefined;
}

/** Answers of these say an id that is worth knowing. Bodies of others are not looked at. */
const telling = /^(?:SecretsManager\.GetSecretValue|STS\..*|IAM\.CreateAccessKey)$/u;

/** Adds which secret it was in full, and which credential was issued: its id, which is no secret. */
function learner({ name, resources = [] }: RecordedAction, { span }: Recording): (output: unknown) => void {
  return (output) => {
    if (!telling.test(name) || !isObject(output)) return;
    const { ARN, Credentials, AccessKey } = output;
    if (typeof ARN === "string") span.setAttribute("aws.secretsmanager.secret.arn", ARN);
    const issued = members(Credentials ?? AccessKey)["AccessKeyId"];
    if (typeof issued !== "string") return;
    const further = [...resources, { id: issued, kind: "credential" }];
    span.setAttributes({
      "nhi.resources.id": further.map(({ id }) => id),
      "nhi.resources.kind": further.map(({ kind }) => kind),
      "nhi.resources.origin": further.map(() => ""),
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
  const signature = members(members(request)["headers"])["authorization"];
  const [, id] = typeof signature === "string" ? (signedWith.exec(signature) ?? []) : [];
  if (id === undefined) return {};
  return { "nhi.credential.id": id, "nhi.credential.type": id.startsWith("ASIA") ? "aws_sts" : "aws_static" };
}
