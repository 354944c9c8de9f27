/** Burn alerts as Prometheus evaluates them: rules and their expected outcome, checked by `promtool test rules`. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { formatLength } from '@burnbook/domain/slo/minutes';
import type { WindowPair } from '@burnbook/domain/slo/slo';
import { pairName } from '@burnbook/domain/slo/windowPairs';
import { MINUTE_NS } from '@burnbook/domain/time';
import type { MinuteEvents } from '../domain/slo/support/minuteSeries.js';

/** What must come out at the end of a minute. */
export interface ExpectedMinute {
  /** Minutes since the series began. */
  readonly minute: number;
  /** By pair: burn rates of both windows, null without events, and whether it fires. */
  readonly pairs: readonly {
    readonly long: number | null;
    readonly short: number | null;
    readonly fires: boolean;
  }[];
}

export interface OracleCase {
  readonly series: readonly MinuteEvents[];
  readonly targetPpb: number;
  readonly pairs: readonly WindowPair[];
  readonly expected: readonly ExpectedMinute[];
}

/** Which promtool there is; null: none. */
export function promtoolVersion(): string | null {
  const { status, stdout } = spawnSync('promtool', ['--version'], { encoding: 'utf8' });
  return status === 0 ? (/version (\S+)/.exec(stdout)?.[1] ?? '') : null;
}

/** @returns what promtool says, and whether all came out as expected. */
export function promtoolVerdict(oracle: OracleCase): { ok: boolean; output: string } {
  const folder = mkdtempSync(path.join(tmpdir(), 'burnbook-oracle-'));
  try {
    writeFileSync(path.join(folder, 'rules.yaml'), JSON.stringify(rulesOf(oracle)));
    const file = path.join(folder, 'test.yaml');
    writeFileSync(file, JSON.stringify(testOf(oracle)));
    const { status, stdout, stderr } = spawnSync('promtool', ['test', 'rules', file], {
      encoding: 'utf8',
      maxBuffer: 64_000_000,
    });
    return { ok: status === 0, output: `${stdout}\n${stderr}` };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** In Prometheus 2.42 a range includes both its ends, so that an increase over whole minutes is exact. */
const burn = (lengthNs: bigint, targetPpb: number): string => {
  const length = formatLength(lengthNs);
  return `increase(bad[${length}]) * 1000000000 / (increase(total[${length}]) * ${1_000_000_000 - targetPpb})`;
};

function rulesOf({ pairs, targetPpb }: OracleCase): unknown {
  const rules = pairs.map((pair) => {
    const limit = `${pair.op === 'gte' ? '>=' : '>'} ${pair.factor}`;
    const long = `${burn(pair.longNs, targetPpb)} ${limit}`;
    const short = `${burn(pair.shortNs, targetPpb)} ${limit}`;
    return {
      alert: pairName(pair),
      expr: `${long} and ${short}`,
      labels: { severity: pair.severity },
    };
  });
  return { groups: [{ name: 'burn', interval: '1m', rules }] };
}

function testOf({ series, pairs, expected, targetPpb }: OracleCase): unknown {
  // Nothing happened for as long as the longest window before the series begins.
  const lead = pairs.reduce((most, { longNs }) => (longNs > most ? longNs : most), 0n) / MINUTE_NS;
  const evalTime = (minute: number): string => `${Number(lead) + minute}m`;
  const values = (of: (events: MinuteEvents) => number): string => {
    let sum = 0;
    const sums = series.map((events) => String((sum += of(events))));
    return `0x${lead} ${sums.join(' ')}`;
  };
  return {
    rule_files: ['rules.yaml'],
    evaluation_interval: '1m',
    tests: [
      {
        interval: '1m',
        input_series: [
          { series: 'bad', values: values(({ bad }) => bad) },
          { series: 'total', values: values(({ total }) => total) },
        ],
        alert_rule_test: expected.flatMap(({ minute, pairs: outcomes }) =>
          outcomes.map(({ fires }, index) => ({
            eval_time: evalTime(minute),
            alertname: nameOf(pairs, index),
            exp_alerts: fires ? [{ exp_labels: { severity: pairs[index]?.severity } }] : [],
          })),
        ),
        promql_expr_test: expected.flatMap(({ minute, pairs: outcomes }) =>
          outcomes.flatMap(({ long, short }, index) =>
            (
              [
                [long, pairs[index]?.longNs],
                [short, pairs[index]?.shortNs],
              ] as const
            ).map(([value, lengthNs]) => ({
              // No event is no number in Prometheus, and no number is not at least 0.
              expr: `${burn(lengthNs ?? 0n, targetPpb)} >= 0`,
              eval_time: evalTime(minute),
              exp_samples: value === null ? [] : [{ labels: '{}', value }],
            })),
          ),
        ),
      },
    ],
  };
}

const nameOf = (pairs: readonly WindowPair[], index: number): string => {
  const pair = pairs[index];
  return pair ? pairName(pair) : '';
};
