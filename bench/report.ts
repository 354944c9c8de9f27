/** The benchmark's figures as lines of a table. */
import type { AckBench } from './ack.js';
import type { CollectorsBench } from './collectors.js';
import type { CostsBench } from './costs.js';
import type { DecodeRow } from './decode.js';
import type { DiskBench } from './disk.js';
import type { IngestBench, IngestRun } from './ingest.js';
import type { Machine } from './machine.js';
import type { PageBench } from './page.js';
import type { QueriesBench } from './queries.js';
import type { RecoveryBench } from './recovery.js';
import type { RepriceBench } from './reprice.js';
import type { ReservationsBench } from './reservations.js';
import type { ShapeBench } from './shapes.js';
import type { SlosBench } from './slos.js';
import { spreadOf } from './statistics.js';

export interface BenchResults {
  readonly machine: Machine;
  readonly decode?: readonly DecodeRow[];
  readonly ingest?: IngestBench;
  readonly ack?: AckBench;
  readonly disk?: DiskBench;
  readonly recovery?: RecoveryBench;
  readonly queries?: QueriesBench;
  readonly costs?: CostsBench;
  readonly reprice?: RepriceBench;
  readonly reservations?: ReservationsBench;
  readonly slos?: SlosBench;
  readonly page?: PageBench;
  readonly collectors?: CollectorsBench;
  readonly shapes?: readonly ShapeBench[];
}

type Line = readonly [what: string, figure: string, remark: string];

export function machineLine({
  cores,
  processor,
  memoryGb,
  node,
  duckdb,
  platform,
}: Machine): string {
  return `${cores} cores (${processor}), ${memoryGb} GB, ${platform}, Node ${node}, DuckDB ${duckdb}`;
}

export const SECTION_LINES = {
  decode: (rows: readonly DecodeRow[]): Line[] =>
    rows.map((row) => [
      `decode: ${row.decoder}`,
      `${thousands(row.spansPerSecond)} spans/s`,
      `${row.cpuMicrosPerSpan} µs CPU, ${row.bytesHeldPerSpan} B held a span`,
    ]),

  ingest: ({ runs, bytesPerSpanSent, bytesPerSpanInflated }: IngestBench): Line[] => {
    const cpu = (part: keyof IngestRun['cpuUs']): string =>
      one(spreadOf(runs.map(({ cpuUs }) => cpuUs[part])).median);
    const cores = (part: keyof IngestRun['busyCores']): string =>
      spreadOf(runs.map(({ busyCores }) => busyCores[part])).median.toFixed(2);
    const lost = runs.filter((run) => run.acknowledgedSpans !== run.storedSpans).length;
    return [
      [
        'ingest: durable, closed loop',
        `${spread(runs.map((run) => run.spansPerS))} spans/s`,
        `${runs.length} runs of ${Math.round(runs[0]?.windowS ?? 0)} s`,
      ],
      [
        'ingest: CPU a span',
        `${one(spreadOf(runs.map(({ cpuUs }) => cpuUs.main + cpuUs.store + cpuUs.client)).median)} µs`,
        `main ${cpu('main')}, store ${cpu('store')}, client ${cpu('client')}`,
      ],
      [
        'ingest: bound by',
        boundBy(runs),
        `cores in use: main ${cores('main')}, store ${cores('store')}, client ${cores('client')}`,
      ],
      [
        'ingest: ack under full load',
        `${spread(runs.map((run) => run.ackP99Ms))} ms p99`,
        `p50 ${spread(runs.map((run) => run.ackP50Ms))} ms`,
      ],
      [
        'ingest: acknowledged = stored',
        lost === 0 ? 'yes' : `NO, in ${lost} runs`,
        runs
          .map((run) => `${thousands(run.acknowledgedSpans)}/${thousands(run.storedSpans)}`)
          .join(', '),
      ],
      [
        'ingest: on the wire',
        `${one(bytesPerSpanSent)} B/span`,
        `${one(bytesPerSpanInflated)} B inflated`,
      ],
    ];
  },

  ack: ({ ackMs, spansPerS, seconds, deliveredPerS, refused }: AckBench): Line[] => [
    [
      `ack at ${thousands(spansPerS)} spans/s, open loop`,
      `${one(ackMs.p99)} ms p99`,
      `p50 ${one(ackMs.p50)}, max ${one(ackMs.max)} ms over ${seconds} s, ${thousands(deliveredPerS)} spans/s delivered${refusals(refused)}`,
    ],
  ],

  disk: ({
    spans,
    rawBytesPerSpan,
    derivedBytesPerSpan,
    fileBytesPerSpan,
    freeBytesPerSpan,
    tables,
  }: DiskBench): Line[] => [
    [
      'disk: spans, sources, traces',
      `${one(rawBytesPerSpan)} B/span`,
      `${thousands(spans)} spans, after a checkpoint`,
    ],
    [
      'disk: bill lines, activities, attempts, rollups',
      `${one(derivedBytesPerSpan)} B/span`,
      tables
        .filter(({ bytesPerSpan }) => bytesPerSpan >= 0.05)
        .map(({ table, bytesPerSpan }) => `${table} ${one(bytesPerSpan)}`)
        .join(', '),
    ],
    [
      'disk: the file',
      `${one(fileBytesPerSpan)} B/span`,
      `${one(freeBytesPerSpan)} B/span of it free for reuse`,
    ],
  ],

  recovery: ({ walMb, readyMs, acknowledgedSpans, storedSpans }: RecoveryBench): Line[] => [
    [
      'start after kill -9',
      `${spread(readyMs)} ms`,
      `${Math.round(walMb)} MB of log, ${thousands(storedSpans)} spans there, ${thousands(acknowledgedSpans)} were acknowledged`,
    ],
  ],

  queries: ({
    questions,
    spans,
    ingestPerS,
    ackP99Ms,
    residentMb,
    startMs,
  }: QueriesBench): Line[] => [
    ...questions.map(({ path, p50Ms, p95Ms, maxMs, requests, failed, answerKb }): Line => [
      `query: ${path}`,
      `${one(p95Ms)} ms p95`,
      `p50 ${one(p50Ms)}, max ${one(maxMs)} ms, ${requests} requests, ${failed} failed, ${one(answerKb)} kB, over ${thousands(spans)} spans`,
    ]),
    [
      'query: memory meanwhile',
      `${Math.round(residentMb.both)} MB both`,
      `main ${Math.round(residentMb.main)}, store ${Math.round(residentMb.store)} MB at most`,
    ],
    ['query: ingest meanwhile', `${thousands(ingestPerS)} spans/s`, `ack p99 ${one(ackP99Ms)} ms`],
    ['query: start on that store', `${Math.round(startMs)} ms`, 'after an orderly stop'],
  ],

  costs: ({ questions, spans, days, budgets, requests }: CostsBench): Line[] => [
    ...questions.map(({ name, p50Ms, p95Ms, cpuMs, failed, answerKb }): Line => [
      name,
      `${one(p95Ms)} ms p95`,
      `p50 ${one(p50Ms)}, CPU ${one(cpuMs)} ms, ${one(answerKb)} kB${failed === 0 ? '' : `, ${failed} FAILED`}`,
    ]),
    [
      'costs: slowest of these',
      `${one(Math.max(0, ...questions.map(({ p95Ms }) => p95Ms)))} ms p95`,
      `${requests} requests each over ${thousands(spans)} spans of ${days} days, ${budgets} budgets`,
    ],
  ],

  reprice: (bench: RepriceBench): Line[] => [
    [
      'reprice: apply',
      `${one(bench.applyS)} s`,
      `${thousands(bench.lines)} model calls of ${thousands(bench.spans)} spans, ${thousands(bench.changed)} changed, progress told ${bench.progressTold} times`,
    ],
    ['reprice: preview', `${one(bench.previewS)} s`, 'the same calls, nothing written'],
    ['reprice: undo', `${one(bench.undoS)} s`, 'every changed line restored'],
    [
      'reprice: ingest meanwhile',
      `${thousands(bench.ingestPerS)} spans/s`,
      `ack p50 ${one(bench.ackP50Ms)}, p99 ${one(bench.ackP99Ms)} ms, ${bench.refused} refused`,
    ],
  ],

  reservations: (bench: ReservationsBench): Line[] => [
    [
      `reserve → granted at ${bench.requestsPerS} requests/s, open loop`,
      `${one(bench.grantedMs.p99)} ms p99`,
      `p50 ${one(bench.grantedMs.p50)}, max ${one(bench.grantedMs.max)} ms, ${bench.requests} requests${refusals(bench.others)}, over ${thousands(bench.spans)} spans`,
    ],
    [
      'reserve: what is answered at once',
      `${one(bench.floorMs.p99)} ms p99`,
      `p50 ${one(bench.floorMs.p50)}, max ${one(bench.floorMs.max)} ms: GET /healthz meanwhile`,
    ],
    [
      'reserve: a synced write to the same disk',
      `${one(bench.diskMs.p99)} ms p99`,
      `p50 ${one(bench.diskMs.p50)}, max ${one(bench.diskMs.max)} ms, meanwhile`,
    ],
    [
      'reserve: the same while the disk is idle',
      `${one(bench.idleDiskMs.p99)} ms p99`,
      `p50 ${one(bench.idleDiskMs.p50)}, max ${one(bench.idleDiskMs.max)} ms, before`,
    ],
    [
      'reserve: ingest meanwhile',
      `${thousands(bench.ingestPerS)} spans/s`,
      `ack p99 ${one(bench.ackP99Ms)} ms; load of the machine ${one(bench.load)}`,
    ],
  ],

  slos: (bench: SlosBench): Line[] => [
    [
      'slos: all counted and judged',
      `${one(bench.evaluationMs.max)} ms`,
      `${bench.slos} SLOs, ${bench.days} days, ${thousands(bench.storedMinutes)} minutes stored; mean ${one(bench.evaluationMs.mean)} ms`,
    ],
    [
      'slos: while nothing happens',
      `${(bench.idleCores.main * 100).toFixed(1)} % of a core`,
      `the store ${(bench.idleCores.store * 100).toFixed(1)} %; memory +${one(bench.residentMb.main)} MB, store +${one(bench.residentMb.store)} MB; start ${one(bench.startMs / 1000)} s`,
    ],
    ...bench.pages.map(({ path, p50Ms, p95Ms }): Line => [
      `slos: GET ${path}`,
      `${one(p95Ms)} ms p95`,
      `p50 ${one(p50Ms)} ms while ${thousands(bench.ingestPerS)} spans/s come in`,
    ]),
    [
      'slos: bad events → told',
      `${one(bench.seenMs.max)} ms`,
      `p50 ${one(bench.seenMs.p50)} ms from their acknowledgement`,
    ],
  ],

  page: (bench: PageBench): Line[] => [
    ...bench.views.map(({ name, paintMs, scriptBytes }): Line => [
      `page: runbook drawn, ${name}`,
      `${one(paintMs.median)} (${one(paintMs.min)}–${one(paintMs.max)}) ms`,
      `largest contentful paint of 30 steps and 6 panels, median of 5; ${(scriptBytes / 1000).toFixed(1)} kB of script; ${bench.browser}`,
    ]),
    [
      'page: a step ticked',
      `${one(bench.tickShownMs.p50)} ms`,
      `max ${one(bench.tickShownMs.max)}; on disk after ${one(bench.tickStoredMs.p50)}, max ${one(bench.tickStoredMs.max)}`,
    ],
  ],

  shapes: (shapes: readonly ShapeBench[]): Line[] =>
    shapes.map(({ shape, sizes }) => [
      `shape: ${shape}`,
      `${sizes.map(({ cpuUs }) => one(cpuUs)).join(' → ')} µs CPU a span`,
      `of the store, at ${sizes.map(({ spans }) => thousands(spans)).join(', ')} spans; ack at most ${sizes.map(({ ackMsMax }) => Math.round(ackMsMax)).join(', ')} ms`,
    ]),

  collectors: ({ results, rounds, operationsPerRound, droppedSpans }: CollectorsBench): Line[] =>
    results.map(({ name, inlineUs, cpuUs, spansPerOperation }) => [
      `collectors: ${name}`,
      `${one(inlineUs)} µs inline`,
      `${one(cpuUs)} µs CPU in all, ${spansPerOperation} spans, median of ${rounds} × ${operationsPerRound}, ${droppedSpans} spans dropped`,
    ]),
};

export function formatLines(lines: readonly Line[]): string {
  const widths = [0, 1].map((column) =>
    Math.max(0, ...lines.map((line) => (line[column] ?? '').length)),
  );
  return lines
    .map(([what, figure, remark]) =>
      `${what.padEnd(widths[0] ?? 0)}  ${figure.padEnd(widths[1] ?? 0)}  ${remark}`.trimEnd(),
    )
    .join('\n');
}

/** The process that has the least of its share of the cores left. */
function boundBy(runs: readonly IngestRun[]): string {
  const busy = (part: keyof IngestRun['busyCores']): number =>
    spreadOf(runs.map(({ busyCores }) => busyCores[part])).median;
  const all = busy('main') + busy('store') + busy('client');
  const [part, cores] = (['main', 'store', 'client'] as const)
    .map((name) => [name, busy(name)] as const)
    .reduce((most, next) => (next[1] > most[1] ? next : most));
  return `${part} (${Math.round((cores / all) * 100)} % of the CPU used)`;
}

function refusals(refused: Readonly<Record<string, number>>): string {
  const kinds = Object.entries(refused).map(([kind, count]) => `${count} × ${kind}`);
  return kinds.length === 0 ? '' : `, refused ${kinds.join(', ')}`;
}

function spread(values: readonly number[]): string {
  const { median, min, max } = spreadOf(values);
  if (values.length < 2) return thousands(median);
  return `${thousands(median)} (${thousands(min)}–${thousands(max)})`;
}

const one = (value: number): string => value.toFixed(1);

function thousands(value: number): string {
  return String(Math.round(value)).replaceAll(/\B(?=(\d{3})+$)/g, ' ');
}
