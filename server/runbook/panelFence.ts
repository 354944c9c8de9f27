import { parseDocument } from 'yaml';
import { z } from 'zod';
import { panels, type PanelName } from '@burnbook/domain/panels';
import { plainYaml } from './plainYaml.js';

/** A ```` ```panel ```` fence: which panel, with which parameters; a parameter may be a placeholder. */
export interface PanelFence {
  panel: PanelName;
  params: Record<string, string>;
}

const fenceSchema = z.strictObject({
  panel: z.string(),
  params: z.record(z.string(), z.string().max(512)).default({}),
});

/** Reads the YAML of a fence: `panel: name` and `params: {name: value}`. Throws an Error that says what is wrong. */
export function parsePanelFence(yaml: string): PanelFence {
  const document = parseDocument(yaml);
  const [fault] = document.errors;
  if (fault) throw new Error(`is not YAML: ${fault.message.split('\n')[0]}`);
  const parsed = fenceSchema.safeParse(plainYaml(document));
  if (!parsed.success) throw new Error('must hold `panel: name` and, if any, `params:` of texts');
  const { panel, params } = parsed.data;
  if (!isPanelName(panel)) {
    throw new Error(`names the panel ${panel}; known: ${Object.keys(panels).join(', ')}`);
  }
  const known: readonly string[] = panels[panel].params;
  const unknown = Object.keys(params).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new Error(`${panel} takes no parameter ${unknown}; known: ${known.join(', ')}`);
  }
  return { panel, params };
}

function isPanelName(name: string): name is PanelName {
  return Object.hasOwn(panels, name);
}
