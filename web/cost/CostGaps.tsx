import type { UnpricedList } from '../../server/contract.js';
import type { View } from '../url/useView.js';
import { ExclusionsPanel } from './ExclusionsPanel.js';
import { UnpricedPanel } from './UnpricedPanel.js';
import { useRanged } from './useCosts.js';

/** What the sums leave out: what has no price, and what is not counted. */
export function CostGaps({ view }: { view: View }) {
  const unpriced = useRanged<UnpricedList>('/api/unpriced', view, {}, false);
  return (
    <>
      <UnpricedPanel query={unpriced} view={view} />
      <ExclusionsPanel view={view} />
    </>
  );
}
