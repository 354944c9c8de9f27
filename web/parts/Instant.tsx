import { formatInstant, formatOffset } from '../format/time.js';
import { locale } from '../i18n/t.js';
import { useView } from '../url/useView.js';

/** An instant in the view's zone, with zone, seconds and year on hover. */
export function Instant({ at, seconds = false }: { at: string; seconds?: boolean }) {
  const { tz } = useView();
  const options = { locale: locale.value, tz };
  const full = formatInstant(at, { ...options, seconds: true, year: true });
  return (
    <time dateTime={at} title={`${full} ${tz} (${formatOffset(at, tz)})`}>
      {formatInstant(at, { ...options, seconds })}
    </time>
  );
}
