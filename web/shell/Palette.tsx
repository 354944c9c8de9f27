import { useLocation } from 'preact-iso';
import { useMemo, useState } from 'preact/hooks';
import type { Pipeline, RunbookHead } from '../../server/contract.js';
import { useApi } from '../api/useApi.js';
import { chooseLocale, locale, t } from '../i18n/t.js';
import { useView } from '../url/useView.js';
import { Dialog } from './Dialog.js';
import { PLACES, PLACES_BELOW } from './places.js';
import { nextTheme, theme } from './preferences.js';

interface Entry {
  id: string;
  kind: string;
  label: string;
  run: () => void;
}

interface PaletteProps {
  onClose: () => void;
  onHelp: () => void;
}

/** So many entries fit the dialog; typing narrows them. */
const SHOWN_MAX = 12;

/** Go to any page, pipeline or runbook, or run a command, by typing a part of its name. */
export function Palette({ onClose, onHelp }: PaletteProps) {
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState(0);
  const entries = useEntries({ onClose, onHelp });
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = entries
    .filter((entry) =>
      words.every((word) => `${entry.kind} ${entry.label}`.toLowerCase().includes(word)),
    )
    .slice(0, SHOWN_MAX);
  const at = Math.min(chosen, found.length - 1);

  const onKey = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0 && found.length > 0) {
      event.preventDefault();
      setChosen((at + step + found.length) % found.length);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      found[at]?.run();
    }
  };
  return (
    <Dialog label={t('nav.palette')} onClose={onClose} class="palette">
      <input
        type="text"
        role="combobox"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={found[at] ? `palette-${found[at].id}` : undefined}
        aria-label={t('nav.palette')}
        placeholder={t('palette.placeholder')}
        autocomplete="off"
        spellcheck={false}
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setChosen(0);
        }}
        onKeyDown={onKey}
      />
      <ul id="palette-list" role="listbox" aria-label={t('nav.palette')}>
        {found.map((entry, index) => (
          <li
            key={entry.id}
            id={`palette-${entry.id}`}
            role="option"
            aria-selected={index === at}
            onClick={entry.run}
            onPointerMove={() => setChosen(index)}
          >
            <span>{entry.label}</span>
            <small>{entry.kind}</small>
          </li>
        ))}
      </ul>
      {found.length === 0 && <p class="none">{t('palette.none')}</p>}
    </Dialog>
  );
}

function useEntries({ onClose, onHelp }: PaletteProps): Entry[] {
  const view = useView();
  const { route } = useLocation();
  const pipelines = useApi<{ items: Pipeline[] }>('/api/pipelines').data?.items;
  const runbooks = useApi<{ items: RunbookHead[] }>('/api/runbooks', { liveness: 'fixed' }).data
    ?.items;
  return useMemo(() => {
    const go = (url: string) => () => {
      onClose();
      route(url);
    };
    return [
      ...[...PLACES, ...PLACES_BELOW].map((place) => ({
        id: `page${place.path.replaceAll('/', '-')}`,
        kind: t('palette.page'),
        label: t(place.label),
        run: go(view.href(place.path)),
      })),
      ...(pipelines ?? []).map(({ pipeline }, index) => ({
        id: `pipeline-${index}`,
        kind: t('palette.pipeline'),
        label: pipeline,
        run: go(view.href('/batches', { pipeline })),
      })),
      ...(runbooks ?? []).map(({ name, title }, index) => ({
        id: `runbook-${index}`,
        kind: t('palette.runbook'),
        label: title === name ? name : `${name}: ${title}`,
        run: go(view.href(`/runbooks/${encodeURIComponent(name)}`)),
      })),
      {
        id: 'theme',
        kind: t('palette.command'),
        label: t('theme.switch', { name: t(`theme.${theme.value}`) }),
        run: nextTheme,
      },
      {
        id: 'language',
        kind: t('palette.command'),
        label: t('locale.switch'),
        run: () => void chooseLocale(locale.value === 'en' ? 'zh-CN' : 'en'),
      },
      { id: 'keys', kind: t('palette.command'), label: t('help.title'), run: onHelp },
    ];
  }, [view, pipelines, runbooks, locale.value, theme.value]);
}
