import { t } from '../i18n/t.js';
import { useTitle } from '../parts/useTitle.js';
import { useView } from '../url/useView.js';

export function NotFoundPage() {
  useTitle(t('notFound.title'));
  const view = useView();
  return (
    <div class="page not-found">
      <h1>{t('notFound.title')}</h1>
      <p>
        <a href={view.href('/')}>{t('notFound.home')}</a>
      </p>
    </div>
  );
}
