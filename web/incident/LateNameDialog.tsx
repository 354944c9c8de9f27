import { Late } from '../parts/Late.js';
import type { NameDialogProps } from './NameDialog.js';

/** The question for a name, whose code comes when it is asked: once in a browser's life. */
export function LateNameDialog(props: NameDialogProps) {
  return (
    <Late
      load={() => import('./NameDialog.js').then(({ NameDialog }) => NameDialog)}
      props={props}
      waiting={null}
    />
  );
}
