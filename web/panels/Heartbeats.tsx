import { HeartbeatsPanel } from '../delivery/HeartbeatsPanel.js';
import type { PanelParams } from './panelParams.js';

/** Signs of life that are expected of others. */
export function Heartbeats({ params }: { params: PanelParams }) {
  return <HeartbeatsPanel name={params['heartbeat']} />;
}
