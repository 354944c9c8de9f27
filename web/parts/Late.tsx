import type { ComponentChildren, ComponentType } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { loadCode } from '../api/loadCode.js';
import { t } from '../i18n/t.js';

interface LateProps<Props extends object> {
  /** The import of the part's code. */
  load: () => Promise<ComponentType<Props>>;
  props: Props;
  /** Holds the place of the part until it is there. */
  waiting: ComponentChildren;
  /** Waits until the part comes near the screen. */
  whenNear?: boolean;
}

/** A part whose code is not needed for the first view: it comes when it is drawn, or when a reader comes near it. */
export function Late<Props extends object>({
  load,
  props,
  waiting,
  whenNear = false,
}: LateProps<Props>) {
  const place = useRef<HTMLDivElement>(null);
  const [near, setNear] = useState(!whenNear);
  const [Part, setPart] = useState<ComponentType<Props> | null>(null);
  const [failed, setFailed] = useState(false);

  useEffect(() => {
    const element = place.current;
    if (near || !element) return undefined;
    const sight = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) setNear(true);
      },
      { rootMargin: '200px' },
    );
    sight.observe(element);
    return () => sight.disconnect();
  }, [near]);
  useEffect(() => {
    if (!near || failed) return;
    loadCode(load).then(
      (part) => setPart(() => part),
      () => setFailed(true),
    );
  }, [near, failed]);

  if (Part) return <Part {...props} />;
  if (!failed) return <div ref={place}>{waiting}</div>;
  return (
    <div class="panel-error" role="alert">
      <p>{t('error.network')}</p>
      <button type="button" class="button" onClick={() => setFailed(false)}>
        {t('error.retry')}
      </button>
    </div>
  );
}
