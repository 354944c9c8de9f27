import type { PanelParams } from './panelParams.js';

/** The pipeline and model of a panel as a filter of costs: `pipeline:"mail",model:"gpt-4o"`. */
export const costFilter = (params: PanelParams): string =>
  ['pipeline', 'model']
    .flatMap((name) => {
      const value = params[name];
      return value === undefined ? [] : [`${name}:${JSON.stringify(value)}`];
    })
    .join(',');
