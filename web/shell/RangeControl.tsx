import { useRef, useState } from 'preact/hooks';
import {
  formatDay,
  formatInstant,
  formatOffset,
  fromWallClock,
  isZone,
  toWallClock,
} from '../format/time.js';
import { locale, t } from '../i18n/t.js';
import { Icon } from '../parts/Icon.js';
import { formatRange, monthOf, resolveRange, shiftRange, type Range } from '../url/range.js';
import { useView, zoneDefault, type View } from '../url/useView.js';

const PRESETS = ['-1h', '-24h', '-7d', '-30d', '-90d'] as const;

/** Earlier, the range as a chip that opens its choices, later. */
export function RangeControl() {
  const view = useView();
  const details = useRef<HTMLDetailsElement>(null);
  const shift = (direction: -1 | 1) =>
    view.set({
      range: formatRange(shiftRange(view.range, direction, { now: new Date(), tz: view.tz })),
    });
  const close = () => {
    if (details.current) details.current.open = false;
  };
  const choose = (range: string) => {
    close();
    view.set({ range });
  };
  return (
    <div class="range" role="group" aria-label={t('range.label')}>
      <button
        type="button"
        class="icon-button"
        onClick={() => shift(-1)}
        aria-label={t('range.earlier')}
        title="["
      >
        <Icon name="left" />
      </button>
      <details
        class="menu"
        ref={details}
        onKeyDown={(event) => {
          if (event.key === 'Escape') close();
        }}
        onFocusOut={(event) => {
          if (event.relatedTarget && !details.current?.contains(event.relatedTarget as Node))
            close();
        }}
      >
        <summary class="chip" title={t('range.label')}>
          {rangeText(view)}{' '}
          <span class="chip-zone">{formatOffset(view.interval().to, view.tz)}</span>
          <Icon name="down" size={10} />
        </summary>
        <div class="menu-list range-list">
          {PRESETS.map((preset) => (
            <button
              type="button"
              key={preset}
              aria-pressed={formatRange(view.range) === preset}
              onClick={() => choose(preset)}
            >
              {t('range.last', { n: presetText(preset) })}
            </button>
          ))}
          <button type="button" onClick={() => choose(formatRange(monthOf(new Date(), view.tz)))}>
            {t('range.month')}
          </button>
          <CustomRange view={view} onApply={choose} />
          <label class="field">
            {t('range.zone')}
            <ZoneSelect tz={view.tz} onChange={(tz) => view.set({ tz })} />
          </label>
          <label class="check">
            <input
              type="checkbox"
              checked={view.compare !== null}
              onChange={() => view.set({ compare: view.compare ? null : 'previous' })}
            />
            {t('range.compare')} <kbd>c</kbd>
          </label>
        </div>
      </details>
      <button
        type="button"
        class="icon-button"
        onClick={() => shift(1)}
        aria-label={t('range.later')}
        title="]"
      >
        <Icon name="right" />
      </button>
    </div>
  );
}

function ZoneSelect({ tz, onChange }: { tz: string; onChange: (tz: string) => void }) {
  const zones = [...new Set([tz, zoneDefault, 'UTC', ...Intl.supportedValuesOf('timeZone')])];
  return (
    <select
      value={tz}
      onChange={(event) => isZone(event.currentTarget.value) && onChange(event.currentTarget.value)}
    >
      {zones.map((zone) => (
        <option key={zone} value={zone}>
          {zone}
        </option>
      ))}
    </select>
  );
}

function CustomRange({ view, onApply }: { view: View; onApply: (range: string) => void }) {
  const interval = resolveRange(view.range, { now: new Date(), tz: view.tz });
  const [from, setFrom] = useState<string | null>(null);
  const [to, setTo] = useState<string | null>(null);
  const [wrong, setWrong] = useState(false);
  const apply = (event: SubmitEvent) => {
    event.preventDefault();
    const range: Range = {
      kind: 'absolute',
      from: fromWallClock(new Date(`${from ?? toInput(interval.from, view.tz)}Z`), view.tz),
      to: fromWallClock(new Date(`${to ?? toInput(interval.to, view.tz)}Z`), view.tz),
    };
    const lengthMs = range.to.getTime() - range.from.getTime();
    setWrong(!(lengthMs > 0 && lengthMs <= 3_660 * 86_400_000));
    if (lengthMs > 0 && lengthMs <= 3_660 * 86_400_000) onApply(formatRange(range));
  };
  return (
    <form class="custom-range" onSubmit={apply}>
      <label class="field">
        {t('range.from')}
        <input
          type="datetime-local"
          value={from ?? toInput(interval.from, view.tz)}
          onInput={(event) => setFrom(event.currentTarget.value)}
        />
      </label>
      <label class="field">
        {t('range.to')}
        <input
          type="datetime-local"
          value={to ?? toInput(interval.to, view.tz)}
          onInput={(event) => setTo(event.currentTarget.value)}
        />
      </label>
      <button type="submit" class="button">
        {t('range.apply')}
      </button>
      {wrong && (
        <p class="wrong" role="alert">
          {t('range.invalid')}
        </p>
      )}
    </form>
  );
}

// What a datetime-local input holds: the zone's wall clock without an offset.
function toInput(at: Date, tz: string): string {
  return toWallClock(at, tz).toISOString().slice(0, 16);
}

const UNIT_NAMES: Record<string, string> = { m: 'minute', h: 'hour', d: 'day', w: 'week' };

// `-7d` as "7 days" or "7天".
function presetText(preset: string): string {
  const unit = UNIT_NAMES[preset.slice(-1)] ?? 'day';
  const format = new Intl.NumberFormat(locale.value, { style: 'unit', unit, unitDisplay: 'long' });
  return format.format(Number(preset.slice(1, -1)));
}

function rangeText(view: View): string {
  const zoned = { locale: locale.value, tz: view.tz };
  switch (view.range.kind) {
    case 'relative':
      return t('range.last', { n: presetText(formatRange(view.range)) });
    case 'month':
      return new Intl.DateTimeFormat(locale.value, {
        timeZone: 'UTC',
        month: 'long',
        year: 'numeric',
      }).format(new Date(Date.UTC(view.range.year, view.range.month - 1, 1)));
    case 'absolute': {
      const { from, to } = view.range;
      const long = to.getTime() - from.getTime() > 3 * 86_400_000;
      if (long) return `${formatDay(from, zoned)} – ${formatDay(to, zoned)}`;
      return `${formatInstant(from, zoned)} – ${formatInstant(to, zoned)}`;
    }
  }
}
