import type { ReservationRow } from '../../server/contract.js';
import { Late } from '../parts/Late.js';

/** The dialogs' code comes with the first click. */
export function LateReleaseDialog(props: { row: ReservationRow; onClose: () => void }) {
  return (
    <Late
      load={() => import('./ReleaseDialog.js').then((module) => module.ReleaseDialog)}
      props={props}
      waiting={null}
    />
  );
}

export function LateBreakGlassDialog(props: {
  budget: string;
  isOpen: boolean;
  onClose: () => void;
}) {
  return (
    <Late
      load={() => import('./BreakGlassDialog.js').then((module) => module.BreakGlassDialog)}
      props={props}
      waiting={null}
    />
  );
}
