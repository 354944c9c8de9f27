import { SpanKind, type Attributes, type Span } from '@opentelemetry/api';
import { ACCEPTED_KEYS, KEY } from '@burnbook/domain/semconv';
import { errorClass } from './errorClass.js';
import { guard } from './guard.js';
import type { ModelCallHandle, ModelCallOptions, ModelResponse, ModelUsage } from './handles.js';
import { checkFunction } from './optionCheck.js';
import {
  contextOf,
  currentScope,
  markFailed,
  setAttribute,
  startSpan,
  within,
  type Scope,
} from './scope.js';

/** Records one call of a model: `fn` makes the call and tells the handle what it used. */
export function modelCall<T>(
  options: ModelCallOptions,
  fn: (call: ModelCallHandle) => T | PromiseLike<T>,
): Promise<T> {
  return modelCallIn(currentScope(), options, fn);
}

/** @returns what `fn` returns. @throws what `fn` throws; a TypeError if `fn` is no function. */
export async function modelCallIn<T>(
  scope: Scope,
  options: ModelCallOptions,
  fn: (call: ModelCallHandle) => T | PromiseLike<T>,
): Promise<T> {
  checkFunction('the callback of modelCall', fn);
  const operation = options.operation ?? 'chat';
  const span = startSpan(scope, {
    name: `${operation} ${options.model}`,
    kind: SpanKind.CLIENT,
    attributes: requestAttributes(options, operation),
  });
  try {
    return await within({ ...scope, context: contextOf(scope, span) }, () =>
      fn(handle(scope, span)),
    );
  } catch (error) {
    markFailed(span, error);
    guard(() => span?.setAttribute(KEY.attemptErrorClass, errorClass(error)));
    throw error;
  } finally {
    guard(() => span?.end());
  }
}

function requestAttributes(options: ModelCallOptions, operation: string): Attributes {
  return {
    ...(options.attributes as Attributes | undefined),
    [KEY.genAiOperation]: operation,
    [KEY.genAiProvider]: options.provider,
    [KEY.genAiRequestModel]: options.model,
    ...(options.serviceTier === undefined ? {} : { [KEY.genAiServiceTier]: options.serviceTier }),
  };
}

const USAGE_KEYS: readonly (readonly [keyof ModelUsage, string])[] = [
  ['inputTokens', KEY.genAiInputTokens],
  ['outputTokens', KEY.genAiOutputTokens],
  ['cacheReadTokens', KEY.genAiCacheReadTokens],
  ['cacheWriteTokens', KEY.genAiCacheWriteTokens],
  ['reasoningTokens', KEY.genAiReasoningTokens],
  ['audioInputTokens', ACCEPTED_KEYS.audioInputTokens[0]],
  ['audioOutputTokens', ACCEPTED_KEYS.audioOutputTokens[0]],
  ['reportedCostUsd', ACCEPTED_KEYS.reportedCostUsd[0]],
];

const RESPONSE_KEYS: readonly (readonly [keyof ModelResponse, string])[] = [
  ['id', KEY.genAiResponseId],
  ['model', KEY.genAiResponseModel],
  ['serviceTier', ACCEPTED_KEYS.serviceTier[0]],
];

function handle(scope: Scope, span: Span | undefined): ModelCallHandle {
  return {
    usage: (usage) => {
      guard(() => {
        for (const [field, key] of USAGE_KEYS) {
          const value: unknown = usage[field];
          // What the provider did not say stays unsaid: never a made-up 0.
          if (isCount(value)) span?.setAttribute(key, value);
        }
      });
    },
    response: (response) => {
      guard(() => {
        for (const [field, key] of RESPONSE_KEYS) {
          const value: unknown = response[field];
          if (typeof value === 'string' && value !== '') span?.setAttribute(key, value);
        }
      });
    },
    set: (key, value) => setAttribute(span, { scope, key, value }),
  };
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
