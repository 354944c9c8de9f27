import { loadWords } from '../i18n/t.js';
import { Late } from '../parts/Late.js';
import { Skeleton } from '../parts/Skeleton.js';
import type { BudgetFormProps } from './BudgetForm.js';

const FORM_PX = 420;

/** The form of a budget; few visits need its code. */
export function LateBudgetForm(props: BudgetFormProps) {
  return (
    <Late
      load={async () =>
        (await Promise.all([import('./BudgetForm.js'), loadWords('budget')]))[0].BudgetForm
      }
      props={props}
      waiting={<Skeleton heightPx={FORM_PX} />}
    />
  );
}
