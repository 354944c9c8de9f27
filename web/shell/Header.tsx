import { useLocation } from 'preact-iso';
import { liveState, togglePause } from '../api/live.js';
import { t } from '../i18n/t.js';
import { Icon } from '../parts/Icon.js';
import { useView } from '../url/useView.js';
import { isAt, PLACES } from './places.js';
import { RangeControl } from './RangeControl.js';
import { SettingsMenu } from './SettingsMenu.js';

interface HeaderProps {
  onPalette: () => void;
  onHelp: () => void;
}

/** Name, pages, range, live switch, search, settings. */
export function Header({ onPalette, onHelp }: HeaderProps) {
  const view = useView();
  const { path } = useLocation();
  const paused = liveState.value === 'paused';
  return (
    <header class="top">
      <a class="wordmark" href={view.href('/')} aria-label="Burnbook">
        <svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true">
          <path d="M3 4.5h14M3 10h14M3 15.5h14" class="wordmark-track" />
          <path d="M3 4.5h10M3 10h5.5M3 15.5h12" class="wordmark-fill" />
        </svg>
        <span>Burnbook</span>
      </a>
      <nav class="places" aria-label={t('nav.main')}>
        {PLACES.map((place) => (
          <a
            key={place.path}
            href={view.href(place.path)}
            aria-current={isAt(place, path) ? 'page' : undefined}
          >
            {t(place.label)}
          </a>
        ))}
      </nav>
      <div class="tools">
        <RangeControl />
        <button
          type="button"
          class={`live-button ${liveState.value}`}
          onClick={togglePause}
          aria-pressed={paused}
          title={paused ? t('live.resume') : t('live.pause')}
        >
          <i class="live-dot" />
          <span>{t(`live.${liveState.value}`)}</span>
        </button>
        <button
          type="button"
          class="icon-button"
          onClick={onPalette}
          aria-label={t('nav.palette')}
          title="Ctrl K"
        >
          <Icon name="search" />
        </button>
        <SettingsMenu onHelp={onHelp} />
      </div>
    </header>
  );
}
