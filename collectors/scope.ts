import { AsyncLocalStorage } from 'node:async_hooks';
import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Span,
} from '@opentelemetry/api';
import { ACCEPTED_KEYS } from '@burnbook/domain/semconv';
import type { CollectorCore } from './collector.js';
import { defaultCollector } from './defaultCollector.js';
import { guard } from './guard.js';
import type { AttributeValue } from './handles.js';
import type { OperationNames } from './operationNames.js';
import type { ProfileScope } from './profiler.js';

/** Where the code that runs now stands: which run, step and attempt. Carried along asynchronous calls. */
export interface Scope {
  readonly core: CollectorCore;
  /** Pipeline, run, batch, step: on every span below, so that no span's bill waits for its parent. */
  readonly identity: Attributes;
  /** The enclosing attempt's identity. A step below it inherits none of it. */
  readonly attempt: Attributes | undefined;
  readonly stepName: string | undefined;
  /** The parent span's OpenTelemetry context. Ours alone: the program's own tracing is not touched. */
  readonly context: Context;
  readonly profile: ProfileScope | undefined;
  readonly operations: OperationNames | undefined;
  readonly signal: AbortSignal;
  /** On the runtime's clock; Infinity for none. */
  readonly deadlineMs: number;
}

const storage = new AsyncLocalStorage<Scope>();

/** A signal that never aborts. */
export const NEVER: AbortSignal = new AbortController().signal;

/** The scope of the code that runs now; outside of any run, that of the default collector. */
export function currentScope(): Scope {
  return storage.getStore() ?? rootScope(defaultCollector());
}

/** The enclosing scope, if there is one. */
export function enclosingScope(): Scope | undefined {
  return storage.getStore();
}

export function rootScope(core: CollectorCore): Scope {
  return {
    core,
    identity: {},
    attempt: undefined,
    stepName: undefined,
    context: ROOT_CONTEXT,
    profile: undefined,
    operations: undefined,
    signal: NEVER,
    deadlineMs: Number.POSITIVE_INFINITY,
  };
}

/** Calls `fn` in a scope; what it throws comes out as a rejection. */
export async function within<T>(scope: Scope, fn: () => T | PromiseLike<T>): Promise<T> {
  return storage.run(scope, async () => fn());
}

export interface SpanStart {
  name: string;
  attributes?: Attributes;
  kind?: SpanKind;
  /** Unix epoch milliseconds; now when left out. */
  startMs?: number;
}

/** Starts a span below the scope's, with its whole identity. Undefined if the telemetry itself failed. */
export function startSpan(
  scope: Scope,
  { name, attributes, kind = SpanKind.INTERNAL, startMs }: SpanStart,
): Span | undefined {
  return guard(() =>
    scope.core.tracer.startSpan(
      name,
      {
        kind,
        attributes: { ...attributes, ...scope.identity, ...scope.attempt },
        ...(startMs === undefined ? {} : { startTime: startMs }),
      },
      scope.context,
    ),
  );
}

/** The context in which children of the span start. */
export function contextOf(scope: Scope, span: Span | undefined): Context {
  return span === undefined ? scope.context : trace.setSpan(scope.context, span);
}

/** Longest message of an error that is kept: it may quote a whole document. */
const MESSAGE_CHARS_MAX = 256;

/** Marks a span as failed: `error.type` and the beginning of the message. Never throws, whatever was thrown. */
export function markFailed(span: Span | undefined, error: unknown): void {
  guard(() => {
    const isError = error instanceof Error;
    const type = isError ? error.name : typeof error;
    const message = (isError ? error.message : String(error)).slice(0, MESSAGE_CHARS_MAX);
    span?.setAttribute(ACCEPTED_KEYS.errorType[0], type);
    span?.setStatus({ code: SpanStatusCode.ERROR, message });
  });
}

/** Puts a user's attribute on a span; the identity keys stay as they are. */
export function setAttribute(
  span: Span | undefined,
  { scope, key, value }: { scope: Scope; key: string; value: AttributeValue },
): void {
  guard(() => {
    if (key in scope.identity || (scope.attempt !== undefined && key in scope.attempt)) return;
    span?.setAttribute(key, typeof value === 'object' ? ([...value] as string[]) : value);
  });
}
