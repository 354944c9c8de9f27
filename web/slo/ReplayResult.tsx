import type { Replay } from '../../server/contract.js';
import { formatDurationMs, formatPercent } from '../format/quantity.js';
import { t } from '../i18n/t.js';
import { DataTable, type Column } from '../parts/DataTable.js';
import { Instant } from '../parts/Instant.js';
import { Status, type StatusKind } from '../parts/Status.js';
import type { Interval } from '../url/range.js';
import { VERDICTS, verdictWord } from './occurrenceText.js';
import { marksOf, stretchesOf, type MarkKind, type Stretch } from './replayModel.js';

const STATUS: Record<MarkKind, StatusKind> = {
  page: 'page',
  ticket: 'ticket',
  noise: 'cancelled',
  miss: 'lost',
};
const ROWS_MAX = 100;

/** What the proposed and the standing definition told, one line of time each, and the same as rows. */
export function ReplayResult({ replay, range }: { replay: Replay; range: Interval }) {
  const stretches = replay.runs.flatMap(stretchesOf);
  return (
    <>
      <ul class="replay">
        {replay.runs.map((run) => (
          <li key={run.what}>
            <strong>{t(`replay.${run.what}`)}</strong>
            <svg
              role="img"
              aria-label={t('replay.timeline', {
                what: t(`replay.${run.what}`),
                pages: run.pages,
                tickets: run.tickets,
                misses: run.misses.length,
                noise: run.noise,
              })}
              viewBox="0 0 100 16"
              preserveAspectRatio="none"
              width="100%"
              height="16"
            >
              <rect class="track" x="0" y="7" width="100" height="2" />
              {marksOf(run, range).map((mark, index) => (
                <rect
                  key={index}
                  class={`mark-${mark.kind}`}
                  x={mark.from}
                  width={mark.length}
                  {...EXTENT[mark.kind]}
                />
              ))}
            </svg>
            <small>
              {t('replay.sum', {
                pages: run.pages,
                tickets: run.tickets,
                misses: run.misses.length,
                noise: run.noise,
                late: seconds(run.medianLatenessSeconds),
                left: formatPercent(run.budgetLeft),
              })}
              {run.expected && ` · ${expectedText(run.expected.verdicts)}`}
            </small>
          </li>
        ))}
      </ul>
      <p class="replay-range">
        <Instant at={range.from.toISOString()} /> <Instant at={range.to.toISOString()} />
      </p>
      {replay.away.length > 0 && (
        <p class="panel-lead">
          {t('replay.away', { length: formatDurationMs(lengthOf(replay.away)) })}
        </p>
      )}
      <DataTable
        label={t('replay.title')}
        columns={columns()}
        rows={stretches.slice(0, ROWS_MAX)}
        rowKey={(row) => `${row.what} ${row.kind} ${row.pair} ${row.from} ${row.occurrence}`}
        empty={t('replay.nothing')}
      />
    </>
  );
}

// Height tells them apart without colour: a page is a full bar, a ticket half of one, a miss hangs below the line.
const EXTENT: Record<MarkKind, { y: number; height: number }> = {
  page: { y: 0, height: 9 },
  ticket: { y: 4, height: 5 },
  noise: { y: 6, height: 4 },
  miss: { y: 10, height: 5 },
};

type Verdicts = NonNullable<Replay['runs'][number]['expected']>['verdicts'];

/** `30 expected: on time 28, missing 2` */
function expectedText(verdicts: Verdicts): string {
  const found = VERDICTS.flatMap((verdict) => {
    const n = verdicts[verdict] ?? 0;
    return n === 0 ? [] : [{ verdict, n }];
  });
  return t('replay.expected', {
    n: found.reduce((sum, { n }) => sum + n, 0),
    verdicts: found.map(({ verdict, n }) => `${verdictWord(verdict)} ${n}`).join(', '),
  });
}

const lengthOf = (stretches: readonly { from: string; to: string }[]): number =>
  stretches.reduce((sum, { from, to }) => sum + Date.parse(to) - Date.parse(from), 0);

const seconds = (value: number | null): string =>
  formatDurationMs(value === null ? null : value * 1_000);

function columns(): Column<Stretch>[] {
  return [
    {
      key: 'what',
      label: t('replay.whose'),
      phone: 'title',
      cell: ({ what }) => t(`replay.${what}`),
    },
    {
      key: 'kind',
      label: t('replay.kind'),
      phone: 'main',
      cell: ({ kind, pair, occurrence }) => (
        <>
          <Status kind={STATUS[kind]} word={t(`replay.${kind}`)} /> {pair}
          {occurrence !== null && (
            <small class="under">
              <Instant at={occurrence} />
            </small>
          )}
        </>
      ),
    },
    {
      key: 'from',
      label: t('replay.from'),
      phone: 'meta',
      cell: ({ from }) => <Instant at={from} />,
    },
    {
      key: 'lasts',
      label: t('replay.lasts'),
      numeric: true,
      phone: 'side',
      cell: ({ from, to, unseenSeconds }) => (
        <>
          {to === null ? t('replay.still') : formatDurationMs(lengthOf([{ from, to }]))}
          {unseenSeconds > 0 && (
            <small class="under">{t('replay.unseen', { length: seconds(unseenSeconds) })}</small>
          )}
        </>
      ),
    },
    {
      key: 'burnt',
      label: t('replay.burnt'),
      numeric: true,
      cell: ({ budgetBurnt }) => formatPercent(budgetBurnt),
    },
    {
      key: 'late',
      label: t('replay.late'),
      numeric: true,
      cell: ({ latenessSeconds }) => seconds(latenessSeconds),
    },
  ];
}
