import type { SloDetail } from '../../server/contract.js';
import type { View } from '../url/useView.js';
import { DefinitionPanel } from './DefinitionPanel.js';
import { HistoryPanel } from './HistoryPanel.js';
import { ReplayPanel } from './ReplayPanel.js';

/** What an SLO has been, what defines it, and what another definition would have told. */
export function SloPast({ detail, view }: { detail: SloDetail; view: View }) {
  return (
    <>
      <HistoryPanel name={detail.slo.name} view={view} />
      <DefinitionPanel definition={detail.definition} versions={detail.versions} />
      {/* A new version brings the text of its file. */}
      <ReplayPanel key={detail.slo.version} detail={detail} view={view} />
    </>
  );
}
