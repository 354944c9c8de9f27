import type { Bill, BillLine } from '../../server/contract.js';
import { compareUsd, sumUsd } from '../format/usd.js';

/** A step of the bill with its sums from the server and the lines that have loaded so far. */
export interface BillGroup {
  /** '' stands for lines outside any step. */
  step: string;
  totalUsd: string;
  wasteUsd: string;
  unpricedCalls: number;
  computeUsd: string;
  modelUsd: string;
  linesTotal: number;
  lines: BillLine[];
}

/** Says in the URL that every step is closed; nothing at all means the costliest is open. */
const NONE = '-';

/** The bill by step, costliest first. Sums come from the server's whole lines, never from the loaded page. */
export function billGroups(bill: Bill, lines: readonly BillLine[]): BillGroup[] {
  const steps = [...new Set(bill.byStep.map((part) => part.step ?? ''))];
  const loaded = new Map<string, BillLine[]>();
  for (const line of lines)
    loaded.set(line.step ?? '', [...(loaded.get(line.step ?? '') ?? []), line]);
  return steps
    .map((step) => {
      const parts = bill.byStep.filter((part) => (part.step ?? '') === step);
      return {
        step,
        totalUsd: sumUsd(parts.map((part) => part.cost.totalUsd)),
        wasteUsd: sumUsd(parts.map((part) => part.cost.retryWasteUsd)),
        unpricedCalls: parts.reduce((sum, part) => sum + part.cost.unpricedCalls, 0),
        computeUsd: sumUsd(parts.map((part) => part.cost.computeUsd)),
        modelUsd: sumUsd(parts.map((part) => part.cost.modelUsd)),
        linesTotal: parts.reduce((sum, part) => sum + part.lines, 0),
        lines: loaded.get(step) ?? [],
      };
    })
    .sort((a, b) => compareUsd(b.totalUsd, a.totalUsd) || a.step.localeCompare(b.step));
}

/** Which steps are open: what the URL says, else the costliest alone. */
export function openSteps(param: string | null, groups: readonly BillGroup[]): ReadonlySet<string> {
  if (param === null) return new Set(groups.slice(0, 1).map((group) => group.step));
  if (param === NONE) return new Set();
  return new Set(param.split('|').filter(Boolean).map(decodeStep));
}

/** The URL's parameter with one step opened or closed. */
export function toggleStep(open: ReadonlySet<string>, step: string): string {
  const next = new Set(open);
  if (!next.delete(step)) next.add(step);
  return next.size === 0 ? NONE : [...next].map(encodeStep).join('|');
}

// A step's name may hold the separator; the nameless one needs a letter to be seen at all.
function encodeStep(step: string): string {
  return step === ''
    ? '.'
    : step
        .replaceAll('%', '%25')
        .replaceAll('|', '%7C')
        .replace(/^([.-])$/, '%00$1');
}

function decodeStep(text: string): string {
  return text === '.' ? '' : text.replace(/^%00/, '').replaceAll('%7C', '|').replaceAll('%25', '%');
}
