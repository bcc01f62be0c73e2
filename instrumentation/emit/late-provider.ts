import type { Context, Span, SpanOptions, Tracer, TracerOptions, TracerProvider } from "@opentelemetry/api";

/**
 * Stands for one provider until another takes its place. Libraries keep the tracers they get: those of this one ask anew
 * whom they stand for, so that a library which asked early is seen by an SDK that the host brings late.
 */
export class LateProvider implements TracerProvider {
  #now: TracerProvider;

  constructor(first: TracerProvider) {
    this.#now = first;
  }

  giveWayTo(other: TracerProvider): void {
    if (other !== this) this.#now = other;
  }

  getTracer(name: string, version?: string, options?: TracerOptions): Tracer {
    let of: TracerProvider | undefined;
    let tracer: Tracer;
    const current = (): Tracer => {
      if (of !== this.#now) {
        of = this.#now;
        tracer = of.getTracer(name, version, options);
      }
      return tracer;
    };
    return {
      startSpan: (span: string, given?: SpanOptions, context?: Context): Span =>
        current().startSpan(span, given, context),
      // Has three forms; the other tracer knows which one it is.
      startActiveSpan: (...args: unknown[]): unknown => {
        const now = current();
        // oxlint-disable-next-line typescript/unbound-method -- Called with its `this`.
        return Reflect.apply(now.startActiveSpan, now, args);
      },
    } as Tracer;
  }
}
