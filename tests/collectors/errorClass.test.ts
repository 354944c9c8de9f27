import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ERROR_CLASSES } from '@burnbook/domain/semconv';
import { errorClass, isRetryable } from '../../collectors/errorClass.js';
import { retryAfterMs } from '../../collectors/retryAfter.js';

const withProps = (props: object, name?: string): Error =>
  Object.assign(new Error('x'), props, name === undefined ? {} : { name });

test.each([
  ['an HTTP status', withProps({ status: 429 }), 'rate_limited'],
  ['a status code', withProps({ statusCode: 503 }), 'server'],
  ['an overloaded provider', withProps({ status: 529 }), 'server'],
  ["a response's status", withProps({ response: { status: 400 } }), 'invalid_request'],
  ['AWS metadata', withProps({ $metadata: { httpStatusCode: 500 } }), 'server'],
  ['a request timeout', withProps({ status: 408 }), 'timeout'],
  ['a gateway timeout', withProps({ status: 504 }), 'timeout'],
  ['a lock', withProps({ status: 409 }), 'other'],
  ['a refused connection', withProps({ code: 'ECONNREFUSED' }), 'network'],
  ['a socket timeout', withProps({ code: 'ETIMEDOUT' }), 'timeout'],
  ['a cause', new Error('x', { cause: withProps({ code: 'ECONNRESET' }) }), 'network'],
  ['a cut fetch', new TypeError('terminated'), 'network'],
  ['an abort', new DOMException('x', 'AbortError'), 'cancelled'],
  ['AbortSignal.timeout', new DOMException('x', 'TimeoutError'), 'timeout'],
  ['a rate limit by name', withProps({}, 'RateLimitError'), 'rate_limited'],
  ['output that is no JSON', new SyntaxError('Unexpected token'), 'invalid_output'],
  ['an explicit class', withProps({ errorClass: 'invalid_output', status: 500 }), 'invalid_output'],
  ['an explicit class that is unknown', withProps({ errorClass: 'bad' }), 'other'],
  ['a status that is none', withProps({ status: 'active' }), 'other'],
  ['a string', 'plain', 'other'],
  ['nothing', undefined, 'other'],
])('%s gives the class', (_, error, expected) => {
  expect(errorClass(error)).toBe(expected);
});

test('any thrown value has a class of the closed list, even if its getters throw', () => {
  const hostile = {
    get status(): number {
      throw new Error('no');
    },
  };
  expect(errorClass(hostile)).toBe('other');
  fc.assert(
    fc.property(fc.anything(), (thrown) => {
      expect(ERROR_CLASSES).toContain(errorClass(thrown));
      retryAfterMs(thrown, 0);
      expect(typeof isRetryable(thrown, 'other')).toBe('boolean');
    }),
  );
});

test('a cause that is its own cause does not hang', () => {
  const error = new Error('x');
  error.cause = error;
  expect(errorClass(error)).toBe('other');
});

test.each([
  ['no hint', {}, undefined],
  ['a negative number', { retryAfter: -1 }, undefined],
  ['rubbish', { retryAfter: 'soon' }, undefined],
  ['a date in the past', { headers: { 'retry-after': 'Thu, 01 Jan 1970 00:00:01 GMT' } }, 0],
  ['a fraction', { headers: { 'retry-after': '1.5' } }, 1_500],
  ['a list', { headers: { 'retry-after': ['2', '3'] } }, 2_000],
  ['milliseconds before seconds', { headers: { 'retry-after': '9', 'retry-after-ms': '5' } }, 5],
])('Retry-After is read: %s', (_, error, expected) => {
  expect(retryAfterMs(error, Date.UTC(2026, 0, 1))).toBe(expected);
});
