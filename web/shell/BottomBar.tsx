import { useLocation } from 'preact-iso';
import { t } from '../i18n/t.js';
import { Icon } from '../parts/Icon.js';
import { useView } from '../url/useView.js';
import { isAt, PLACES } from './places.js';

/** The pages under the thumb, on a phone. */
export function BottomBar() {
  const view = useView();
  const { path } = useLocation();
  return (
    <nav class="bottom" aria-label={t('nav.main')}>
      {PLACES.map((place) => (
        <a
          key={place.path}
          href={view.href(place.path)}
          aria-current={isAt(place, path) ? 'page' : undefined}
        >
          <Icon name={place.icon} size={20} />
          {t(place.phoneLabel)}
        </a>
      ))}
    </nav>
  );
}
