import { hierarchy, partition } from 'd3-hierarchy';
import type { BatchDetail } from '../../server/contract.js';
import { usdToPixels } from '../format/usd.js';

export type IcicleBy = 'cost' | 'time' | 'tokens';

/** A rectangle of the icicle; positions in per cent of the width. */
export interface IcicleNode {
  key: string;
  depth: number;
  name: string;
  left: number;
  width: number;
  /** Of the whole batch, 0 to 1. */
  share: number;
  /** In the unit of `by`: dollars, milliseconds or tokens. Geometry and rounded text only. */
  value: number;
  tone: 'calm' | 'waste' | 'failed';
  /** The step that it belongs to; null for the batch. */
  step: string | null;
  evidence: { traceId: string; spanId: string } | null;
}

interface Part {
  name: string;
  own: number;
  tone: IcicleNode['tone'];
  step: string | null;
  evidence: IcicleNode['evidence'];
  children: Part[];
}

/** Narrower than this share a node is not drawn: under a pixel on any screen. */
const SHARE_MIN = 0.0008;

/**
 * The batch divided into its steps and each step into its attempts. What attempts do not cover stays empty under the
 * step; attempts that together exceed their step (nested ones overlap) shrink to fit it.
 */
export function icicle(batch: BatchDetail, by: IcicleBy): IcicleNode[] {
  const root: Part = {
    name: batch.batchId,
    own: 0,
    tone: 'calm',
    step: null,
    evidence: null,
    children: stepParts(batch, by),
  };
  const tree = hierarchy(root, (part) => part.children)
    .sum((part) => part.own)
    .sort((a, b) => (b.value ?? 0) - (a.value ?? 0));
  const total = tree.value ?? 0;
  if (total <= 0) return [];
  return partition<Part>()
    .size([100, 1])(tree)
    .descendants()
    .map((node, index) => ({
      key: `${node.depth} ${index} ${node.data.name}`,
      depth: node.depth,
      name: node.data.name,
      left: node.x0,
      width: node.x1 - node.x0,
      share: (node.value ?? 0) / total,
      value: node.value ?? 0,
      tone: node.data.tone,
      step: node.data.step,
      evidence: node.data.evidence,
    }))
    .filter((node) => node.share >= SHARE_MIN);
}

function stepParts(batch: BatchDetail, by: IcicleBy): Part[] {
  const steps = new Map<string, { value: number; failed: boolean; evidence: Part['evidence'] }>();
  for (const step of batch.steps) {
    const known = steps.get(step.step);
    steps.set(step.step, {
      value: (known?.value ?? 0) + stepValue(step, by),
      failed: (known?.failed ?? false) || step.state === 'failed',
      evidence: known?.evidence ?? step.evidence,
    });
  }
  return [...steps].map(([name, step]) => {
    const children = attemptParts(batch, name, by);
    const covered = children.reduce((sum, child) => sum + child.own, 0);
    const fit = covered > step.value && covered > 0 ? step.value / covered : 1;
    for (const child of children) child.own *= fit;
    return {
      name,
      own: Math.max(0, step.value - covered * fit),
      tone: step.failed ? 'failed' : 'calm',
      step: name,
      evidence: step.evidence,
      children,
    };
  });
}

function stepValue(step: BatchDetail['steps'][number], by: IcicleBy): number {
  switch (by) {
    case 'cost':
      return usdToPixels(step.cost.totalUsd);
    case 'time':
      return step.profile.wallMs ?? elapsedMs(step.startedAt, step.endedAt);
    case 'tokens':
      return step.tokens;
  }
}

function attemptParts(batch: BatchDetail, step: string, by: IcicleBy): Part[] {
  if (by === 'tokens') return [];
  return batch.attempts
    .filter((attempt) => attempt.step === step)
    .map((attempt) => ({
      name: `${attempt.name} · ${attempt.number}`,
      own: by === 'cost' ? usdToPixels(attempt.costUsd ?? '0') : attempt.durationMs,
      tone: attempt.retryWaste ? 'waste' : attempt.outcome === 'failed' ? 'failed' : 'calm',
      step,
      evidence: attempt.evidence,
      children: [],
    }));
}

function elapsedMs(from: string, to: string | null): number {
  return to === null ? 0 : Math.max(0, Date.parse(to) - Date.parse(from));
}
