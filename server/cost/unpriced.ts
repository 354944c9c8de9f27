/** Lines without a price, and what to write where so that they get one. */
import { formatTime } from '@burnbook/domain/time';
import type { UnpricedGroup } from '../contract.js';
import type { QueryRow } from '../store/protocol.js';
import type { StoreClient } from '../store/storeClient.js';
import type { CostScope } from './costs.js';

export async function listUnpriced(
  store: StoreClient,
  { range, filter }: Pick<CostScope, 'range' | 'filter'>,
  page: { readonly pipeline: string | null; readonly limit: number; readonly offset: number },
): Promise<{ items: UnpricedGroup[]; total: number; calls: number }> {
  const rows = await store.query('unpriced', {
    from: range.fromNs,
    to: range.toNs,
    ...filter.params,
    ...page,
  });
  return {
    items: rows.map(groupOf),
    total: Number(rows[0]?.['matching'] ?? 0),
    calls: Number(rows[0]?.['calls_total'] ?? 0),
  };
}

/** As `priceUsage` says it: a price by the token is known. */
const NO_TOKENS = /^no input (?:or output )?tokens reported$/;

function groupOf(row: QueryRow): UnpricedGroup {
  const text = (name: string): string | null => (row[name] ?? null) as string | null;
  const kind = row['kind'] as UnpricedGroup['kind'];
  const named = { provider: text('provider'), model: text('model'), tier: text('tier') };
  const pipeline = text('pipeline');
  const reason = row['reason'] as string;
  const tellsUsage = row['faulty'] !== true && !NO_TOKENS.test(reason);
  const priceable = kind === 'compute' || (tellsUsage && named.model !== null);
  return {
    kind,
    ...named,
    pipeline,
    calls: Number(row['calls']),
    tokens: Number(row['tokens']),
    firstSeen: formatTime(row['first_ns'] as bigint),
    lastSeen: formatTime(row['last_ns'] as bigint),
    reason,
    priceable,
    help: helpFor(kind, named, { pipeline, priceable }),
  };
}

type Named = Pick<UnpricedGroup, 'provider' | 'model' | 'tier'>;

function helpFor(
  kind: UnpricedGroup['kind'],
  named: Named,
  { pipeline, priceable }: { readonly pipeline: string | null; readonly priceable: boolean },
): UnpricedGroup['help'] {
  if (!priceable) {
    return {
      text: 'No price can help: the call does not tell what it used, or of which model. Look at the span and at its emitter (streams of OpenAI tell it only with stream_options.include_usage).',
      file: null,
      yaml: null,
    };
  }
  const then =
    'Then `burnbook reprice --from … --to …` shows the difference, and with --apply prices what is stored.';
  if (kind === 'compute') {
    return {
      text: `Add the pipeline's compute rates to pipelines.yaml. ${then.replace('reprice', 'reprice --kind compute')}`,
      file: 'pipelines.yaml',
      yaml: computeYaml(pipeline ?? ''),
    };
  }
  const tier = named.tier ?? 'standard';
  return {
    text:
      tier === 'standard'
        ? `Add the price to prices.yaml. ${then}`
        : `Add the ${tier} tier to prices.yaml, as a price or as a part of the standard one. ${then}`,
    file: 'prices.yaml',
    yaml: tier === 'standard' ? priceYaml(named) : tierYaml(named, tier),
  };
}

/** A JSON string is a YAML one, whatever the emitter wrote into it. */
const quoted = (text: string | null): string => JSON.stringify(text ?? '');

const priceYaml = ({ provider, model }: Named): string =>
  [
    'prices:',
    `  - provider: ${quoted(provider)}`,
    `    model: ${quoted(model)}`,
    '    inputUsdPerMillion: "FILL IN"',
    '    outputUsdPerMillion: "FILL IN"',
    '    # or, of a model that you host: gpuSecondUsd, cpuSecondUsd, imageUsd, requestUsd',
    '    source: "FILL IN: where the price stands, and when you looked"',
    '',
  ].join('\n');

const tierYaml = ({ provider, model }: Named, tier: string): string =>
  [
    'tiers:',
    `  - tier: ${quoted(tier)}`,
    `    provider: ${quoted(provider)}`,
    `    model: ${quoted(model)}`,
    '    multiplier: "FILL IN"            # of the standard price, such as "0.5"',
    '    source: "FILL IN: where the price stands, and when you looked"',
    '',
  ].join('\n');

const computeYaml = (pipeline: string): string =>
  [
    'pipelines:',
    `  - name: ${quoted(pipeline)}`,
    '    computeRates:',
    '      cpuSecondUsd: "FILL IN"',
    '      memoryGbSecondUsd: "FILL IN"',
    '      source: "FILL IN: where the rates stand, and when you looked"',
    '',
  ].join('\n');
