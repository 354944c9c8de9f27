import { t } from '../i18n/t.js';

/** The dimensions that costs can be asked by; tags come besides. */
export const DIMENSIONS = [
  'model',
  'provider',
  'pipeline',
  'step',
  'team',
  'environment',
  'kind',
  'attempt',
  'batch',
  'run',
] as const;
type Dimension = (typeof DIMENSIONS)[number];

const isDimension = (name: string): name is Dimension =>
  (DIMENSIONS as readonly string[]).includes(name);

/** `Pipeline`, `tag project`. */
export function dimensionText(dimension: string): string {
  if (isDimension(dimension)) return t(`dimension.${dimension}`);
  return dimension.startsWith('tag.')
    ? t('dimension.tag', { name: dimension.slice(4) })
    : dimension;
}

/** The same within a sentence. */
export function dimensionWord(dimension: string): string {
  return isDimension(dimension) ? dimensionText(dimension).toLowerCase() : dimensionText(dimension);
}

/** A group's name: what has no value in the dimension says so. */
export function keyText(dimension: string, key: string | null): string {
  if (key === null || key === '') {
    // Compute has no model: it is the largest of such groups, so it gets its own word.
    if (dimension === 'model' || dimension === 'provider') return t('key.noModel');
    return t('key.none', { dimension: dimensionWord(dimension) });
  }
  if (dimension === 'kind' && key === 'model') return t('key.kindModel');
  if ((dimension === 'kind' || dimension === 'model') && key === 'compute') {
    return t('series.compute');
  }
  return key;
}
