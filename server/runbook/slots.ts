/** The places of live panels and checks in a runbook. */
import { panels } from '@burnbook/domain/panels';
import { questionOf } from '@burnbook/domain/runbook/questions';
import { unturned } from '@burnbook/domain/unturned';
import type { Runbook, RunbookCheck } from '../contract.js';
import { parseCheckFence } from './checkFence.js';
import { element, type HtmlElement } from './html.js';
import { parsePanelFence } from './panelFence.js';
import {
  fillPlaceholders,
  placeholdersIn,
  urlPart,
  type PlaceholderValues,
} from './placeholders.js';

export type PanelSlot = Runbook['panels'][number];

/** Where a fence stands. */
export interface Place {
  /** From 1, of all panels or all checks of the text. */
  number: number;
  step: number | null;
  section: string;
}

/** Throws an Error for a fence that is not one; so does the next. */
export function panelSlot(
  yaml: string,
  { place, values }: { place: Place; values: PlaceholderValues },
): PanelSlot {
  const { panel, params } = parsePanelFence(yaml);
  // Not filled: the panel chooses for itself rather than look for a batch called {{batch}}.
  const { filled } = fillParams(params, values);
  return { id: `panel-${place.number}`, panel, params: filled, step: place.step };
}

export function checkSlot(
  yaml: string,
  { place, values }: { place: Place; values: PlaceholderValues },
): RunbookCheck {
  const { question, params, expect } = parseCheckFence(yaml);
  const { filled, open } = fillParams(params, values);
  const { asks } = questionOf(question);
  const { number, step, section } = place;
  return { id: `check-${number}`, question, params: filled, expect, asks, step, section, open };
}

export function panelFigure({ id, panel, params }: PanelSlot): HtmlElement {
  const { caption } = panels[panel as keyof typeof panels];
  const { pipeline, batch } = params;
  const place = [pipeline, batch].filter((part) => part !== undefined);
  const children: (HtmlElement | string)[] = ['Live panel: ', caption];
  if (place.length > 0) children.push(` (${unturned(place.join(', '))})`);
  children.push('.');
  if (pipeline !== undefined && batch !== undefined) {
    const href = `/batches/${urlPart(pipeline)}/${urlPart(batch)}`;
    children.push(' ', element('a', { href }, ['Open the batch']));
  }
  return element(
    'figure',
    { className: ['panel-slot'], id, dataPanel: panel, dataParams: JSON.stringify(params) },
    [element('figcaption', {}, children)],
  );
}

export function checkFigure({
  id,
  question,
  params,
  expect,
  asks,
  open,
}: RunbookCheck): HtmlElement {
  const place = Object.entries(params).map(([name, value]) => `${name} ${unturned(value)}`);
  const parts = [
    ...(place.length > 0 ? [place.join(', ')] : []),
    ...(open.length > 0 ? [`not known yet: ${open.join(', ')}`] : []),
  ];
  const about = parts.length === 0 ? '' : ` (${parts.join('; ')})`;
  return element('figure', { className: ['check-slot'], id, dataCheck: question }, [
    element('figcaption', {}, [
      `Check: ${asks}${about} Expected: `,
      element('code', {}, [expect]),
      '.',
    ]),
  ]);
}

/** The parameters whose placeholders are all known, filled; and the names of the others. */
function fillParams(
  params: Readonly<Record<string, string>>,
  values: PlaceholderValues,
): { filled: Record<string, string>; open: string[] } {
  const known = new Map(Object.entries(values));
  const isFilled = (value: string) =>
    placeholdersIn(value).every((name) => known.get(name) !== undefined);
  const entries = Object.entries(params);
  return {
    filled: Object.fromEntries(
      entries
        .filter(([, value]) => isFilled(value))
        .map(([name, value]) => [name, fillPlaceholders(value, values, 'exact')]),
    ),
    open: entries.filter(([, value]) => !isFilled(value)).map(([name]) => name),
  };
}
