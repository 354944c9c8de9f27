/** What was received and not counted. */
import { z } from 'zod';
import { formatUsd } from '@burnbook/domain/money';
import { DAY_NS, formatTime } from '@burnbook/domain/time';
import {
  exclusionReasonSchema,
  exclusionsSchema,
  type Exclusion,
  type Exclusions,
} from '../contract.js';
import {
  exclusionReason,
  readExclusions,
  spanName,
  type CountedLine,
  type ReceivedTokens,
} from '../cost/exclusions.js';
import type { QueryRow } from '../store/protocol.js';
import { costParams, filterOf } from './costParams.js';
import { freshness } from './freshness.js';
import { cursorOf, limitParam, offsetOf, parseQuery, rangeOf } from './query.js';
import { route, type RouteRequest } from './route.js';
import { countedView, evidenceOf, numberOrNull, textOrNull, usdOrNull } from './views.js';

const { from, to, filter } = costParams;
const exclusionsQuery = {
  from,
  to,
  filter,
  reason: exclusionReasonSchema.optional(),
  limit: limitParam(50, 200),
  cursor: z.string().optional(),
};

export const exclusionRoutes = [
  route({
    path: '/api/costs/exclusions',
    summary: 'What was received and not counted, why, and what counts in its place',
    query: exclusionsQuery,
    answer: exclusionsSchema,
    handle: exclusions,
  }),
];

async function exclusions({ api, query }: RouteRequest): Promise<Exclusions> {
  const { filter: filterText, reason, limit, ...asked } = parseQuery(exclusionsQuery, query);
  const range = rangeOf(asked, { nowNs: api.nowNs(), spanNs: 30n * DAY_NS });
  const offset = offsetOf(asked.cursor);
  const told = await readExclusions(
    api.store,
    { range, filter: filterOf(filterText), tz: 'UTC' },
    { reason: reason ?? null, limit, offset },
  );
  const excluded = told.received.filter((each) => each.reason !== null);
  const shown = offset + told.rows.length;
  return {
    from: formatTime(range.fromNs),
    to: formatTime(range.toNs),
    items: told.rows.map((row) => exclusionView(row, told.counted.get(spanName(row)))),
    itemsTotal: told.matching,
    byReason: excluded.flatMap((each) =>
      each.reason === null
        ? []
        : [
            {
              reason: each.reason,
              ...sumView([each]),
              wouldBeUsd: formatUsd(each.costNano),
              unpriced: each.unpriced,
            },
          ],
    ),
    received: sumView(told.received),
    counted: sumView(told.received.filter((each) => each.reason === null)),
    excluded: sumView(excluded),
    resentSpans: told.resentSpans,
    notReceived: ['metrics'],
    nextCursor: shown < told.matching ? cursorOf(shown) : null,
    freshness: await freshness(api),
  };
}

function exclusionView(row: QueryRow, counted: readonly CountedLine[] | undefined): Exclusion {
  return {
    reason: exclusionReason(row['excluded']) ?? 'duplicateResponse',
    pipeline: row['pipeline'] as string,
    batchId: row['batch_id'] as string,
    runId: row['run_id'] as string,
    step: textOrNull(row['step']),
    startedAt: formatTime(row['start_ns'] as bigint),
    name: row['name'] as string,
    provider: textOrNull(row['provider']),
    model: textOrNull(row['model']),
    inputTokens: numberOrNull(row['input_tokens']),
    outputTokens: numberOrNull(row['output_tokens']),
    wouldBeUsd: usdOrNull((row['cost_nano'] ?? null) as bigint | null),
    evidence: evidenceOf(row),
    countedInstead: countedView(counted),
  };
}

const sumView = (parts: readonly ReceivedTokens[]) => ({
  lines: parts.reduce((sum, { lines }) => sum + lines, 0),
  inputTokens: parts.reduce((sum, { inputTokens }) => sum + inputTokens, 0),
  outputTokens: parts.reduce((sum, { outputTokens }) => sum + outputTokens, 0),
});
