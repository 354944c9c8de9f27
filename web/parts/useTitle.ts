import { useEffect } from 'preact/hooks';

/** The browser's title: the page first, so that many tabs can be told apart. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Burnbook`;
  }, [title]);
}
