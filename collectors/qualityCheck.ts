import type { Attributes } from '@opentelemetry/api';
import { KEY, type CheckOutcome } from '@burnbook/domain/semconv';
import { guard } from './guard.js';
import type { QualityResult } from './handles.js';
import { contextOf, currentScope, markFailed, startSpan, within, type Scope } from './scope.js';

/**
 * Records a check of the data under the enclosing step. A function is called with the span open, so that what it costs
 * is the check's. It never throws: a function that throws, or that gives no result, is a check that could not be made.
 * @returns `passed`, `failed` or `error`, for the pipeline to decide on.
 */
export function qualityCheck(
  name: string,
  check: QualityResult | (() => QualityResult | PromiseLike<QualityResult>),
): Promise<CheckOutcome> {
  return qualityCheckIn(currentScope(), name, check);
}

export async function qualityCheckIn(
  scope: Scope,
  name: string,
  check: QualityResult | (() => QualityResult | PromiseLike<QualityResult>),
): Promise<CheckOutcome> {
  const isNamed = typeof name === 'string' && name !== '';
  const label = isNamed ? name.slice(0, NAME_CHARS_MAX) : 'quality check';
  const span = startSpan(scope, { name: label, attributes: { [KEY.checkName]: label } });
  let found: Found = { outcome: 'error', attributes: {} };
  try {
    const below: Scope = { ...scope, context: contextOf(scope, span) };
    const make = typeof check === 'function' ? check : () => check;
    found = read(await within(below, make));
  } catch (error) {
    markFailed(span, error);
  }
  const { outcome, attributes } = found;
  guard(() => {
    span?.setAttributes({ ...attributes, [KEY.checkOutcome]: outcome });
    span?.end();
  });
  return outcome;
}

const NAME_CHARS_MAX = 512;

interface Found {
  readonly outcome: CheckOutcome;
  readonly attributes: Attributes;
}

/** @throws TypeError if it does not say whether the check passed. */
function read(result: QualityResult): Found {
  if (typeof result?.passed !== 'boolean') {
    throw new TypeError('a quality check must say whether it passed: { passed: true | false }');
  }
  const { passed, rows, failedRows } = result;
  return {
    outcome: passed ? 'passed' : 'failed',
    attributes: {
      ...(isCount(rows) && { [KEY.checkRows]: rows }),
      ...(isCount(failedRows) && { [KEY.checkRowsFailed]: failedRows }),
    },
  };
}

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0;
