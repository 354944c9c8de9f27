import type { ComponentChildren } from 'preact';
import type { Batch } from '../../server/contract.js';
import { useApi } from '../api/useApi.js';
import { t } from '../i18n/t.js';
import { PanelError } from '../parts/Panel.js';
import { Skeleton } from '../parts/Skeleton.js';
import type { PanelParams } from './panelParams.js';

/** The batch that a panel is about. */
export interface PanelSubject {
  pipeline: string;
  batchId: string;
}

/** Finds the batch: the one that is named, else the newest of the pipeline, else the newest of all. */
export function BatchOf({
  params,
  children,
}: {
  params: PanelParams;
  children: (subject: PanelSubject) => ComponentChildren;
}) {
  const { pipeline, batch } = params;
  const newest = useApi<{ items: Batch[] }>(
    pipeline !== undefined && batch !== undefined
      ? null
      : `/api/batches?${new URLSearchParams({ ...(pipeline === undefined ? {} : { pipeline }), sort: '-startedAt', limit: '1' })}`,
  );
  if (pipeline !== undefined && batch !== undefined)
    return <>{children({ pipeline, batchId: batch })}</>;
  if (newest.isError) return <PanelError query={newest} />;
  if (!newest.data) return <Skeleton heightPx={160} />;
  const [first] = newest.data.items;
  if (!first) return <p class="none">{t('panel.needsPipeline')}</p>;
  return <>{children({ pipeline: pipeline ?? first.pipeline, batchId: first.batchId })}</>;
}
