import { useRef, useState } from 'preact/hooks';
import { t } from '../i18n/t.js';
import { copyText } from '../parts/CopyButton.js';
import { Icon } from '../parts/Icon.js';
import { chartToCsv, type ChartData } from './chartData.js';

interface ChartMenuProps {
  id: string;
  data: ChartData;
  svg: () => SVGSVGElement | null;
  asTable: boolean;
  onTable: () => void;
}

/** Table view, PNG, SVG, CSV and a link to what is shown. */
export function ChartMenu({ id, data, svg, asTable, onTable }: ChartMenuProps) {
  const details = useRef<HTMLDetailsElement>(null);
  const [copied, setCopied] = useState(false);
  const close = () => {
    if (details.current) details.current.open = false;
  };
  const run = (action: () => unknown) => () => {
    close();
    void action();
  };
  const save = async (kind: 'png' | 'svg') => {
    const element = svg();
    if (!element) return;
    const { chartToPng, chartToSvg, download } = await import('./exportChart.js');
    const blob =
      kind === 'png'
        ? await chartToPng(element)
        : new Blob([chartToSvg(element)], { type: 'image/svg+xml' });
    download(`burnbook-${id}.${kind}`, blob);
  };
  const saveCsv = async () => {
    const { download } = await import('./exportChart.js');
    download(
      `burnbook-${id}.csv`,
      new Blob([chartToCsv(data, t('chart.time'))], { type: 'text/csv' }),
    );
  };
  const copyLink = async () => {
    await copyText(location.href);
    setCopied(true);
    setTimeout(() => setCopied(false), 2_000);
  };
  return (
    <details
      class="menu chart-menu"
      ref={details}
      onKeyDown={(event) => {
        if (event.key === 'Escape') close();
      }}
      onFocusOut={(event) => {
        if (!details.current?.contains(event.relatedTarget as Node | null)) close();
      }}
    >
      <summary class="icon-button" aria-label={t('chart.menu')} title={t('chart.menu')}>
        <Icon name="more" />
      </summary>
      <div class="menu-list">
        <button type="button" onClick={run(onTable)}>
          {asTable ? t('chart.chart') : t('chart.table')}
        </button>
        {!asTable && (
          <>
            <button type="button" onClick={run(() => save('png'))}>
              {t('chart.png')}
            </button>
            <button type="button" onClick={run(() => save('svg'))}>
              {t('chart.svg')}
            </button>
          </>
        )}
        <button type="button" onClick={run(saveCsv)}>
          {t('chart.csv')}
        </button>
        <button type="button" onClick={run(copyLink)}>
          {t('chart.link')}
        </button>
      </div>
      <span class="visually-hidden" aria-live="polite">
        {copied && t('chart.copied')}
      </span>
    </details>
  );
}
