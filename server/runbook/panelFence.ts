import { z } from 'zod';
import { panels, type PanelName } from '@burnbook/domain/panels';
import { fenceYaml, refuseUnknownParams } from './fenceYaml.js';

/** A ```` ```panel ```` fence: which panel, with which parameters; a parameter may be a placeholder. */
export interface PanelFence {
  panel: PanelName;
  params: Record<string, string>;
}

const schema = z.strictObject({
  panel: z.string(),
  params: z.record(z.string(), z.string().max(512)).default({}),
});

/** Reads the YAML of a fence: `panel: name` and `params: {name: value}`. Throws an Error that says what is wrong. */
export function parsePanelFence(yaml: string): PanelFence {
  const mustHold = '`panel: name` and, if any, `params:` of texts';
  const { panel, params } = fenceYaml(yaml, { schema, mustHold });
  if (!isPanelName(panel)) {
    throw new Error(`names the panel ${panel}; known: ${Object.keys(panels).join(', ')}`);
  }
  refuseUnknownParams(panel, { params, known: panels[panel].params });
  return { panel, params };
}

/** The parameters that it needs and does not say. */
export function openParams(panel: PanelName, params: Readonly<Record<string, string>>): string[] {
  const asked = panels[panel];
  const needs: readonly string[] = 'needs' in asked ? asked.needs : [];
  return needs.filter((param) => params[param] === undefined);
}

function isPanelName(name: string): name is PanelName {
  return Object.hasOwn(panels, name);
}
