import type { BatchDetail } from '../../server/contract.js';
import { useApi } from '../api/useApi.js';
import { AttemptsPanel } from '../batch/AttemptsPanel.js';
import { BatchHead } from '../batch/BatchHead.js';
import { BillPanel } from '../batch/BillPanel.js';
import { IciclePanel } from '../batch/IciclePanel.js';
import { QualityStrip } from '../batch/QualityStrip.js';
import { StepTable } from '../batch/StepTable.js';
import { useBill } from '../batch/useBill.js';
import { t } from '../i18n/t.js';
import { Breadcrumb } from '../parts/Breadcrumb.js';
import { PanelError } from '../parts/Panel.js';
import { Skeleton } from '../parts/Skeleton.js';
import { useTitle } from '../parts/useTitle.js';
import { useView } from '../url/useView.js';
import { batchPath } from '../url/viewState.js';

/** The bill of a batch, where it went, what was retried, and how it compares. */
export function BatchPage({ params }: { params: { pipeline: string; batchId: string } }) {
  const { pipeline, batchId } = params;
  useTitle(`${batchId} · ${pipeline}`);
  const view = useView();
  const query = useApi<BatchDetail>(`/api${batchPath(pipeline, batchId)}`);
  // Asked for at once with the batch, so that both come together and neither pushes the other about.
  const bill = useBill(pipeline, batchId);
  const batch = query.data;
  const waiting = !query.isError && (batch === undefined || bill.query.isPending);
  return (
    <div class="page batch">
      <Breadcrumb
        crumbs={[
          { label: t('nav.overview'), href: view.href('/') },
          { label: pipeline, href: view.href('/batches', { pipeline }) },
        ]}
      />
      {query.isError && <PanelError query={query} />}
      {waiting && <Skeleton key="waiting" heightPx={640} />}
      {!waiting && batch !== undefined && (
        <>
          <div class={query.isPlaceholderData || query.isError ? 'stale' : undefined}>
            <BatchHead batch={batch} />
            <div class="columns">
              <IciclePanel batch={batch} />
              <QualityStrip batch={batch} />
            </div>
          </div>
          <BillPanel loaded={bill} />
          <AttemptsPanel batch={batch} />
          <StepTable batch={batch} />
        </>
      )}
    </div>
  );
}
