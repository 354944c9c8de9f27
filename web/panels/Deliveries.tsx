import { DeliveriesPanel } from '../delivery/DeliveriesPanel.js';
import { useView } from '../url/useView.js';
import type { PanelParams } from './panelParams.js';

/** Messages that wait or were given up. */
export function Deliveries({ params }: { params: PanelParams }) {
  return <DeliveriesPanel view={useView()} destination={params['destination']} />;
}
