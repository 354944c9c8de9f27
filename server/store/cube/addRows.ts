/**
 * The loop over rows, by far the most of a question's time. It is bound by memory: each column is read once, what rows of a
 * place and quarter share is looked up once a run of them, and runs that do not count are passed over.
 */
import { HAS_BOTH, HAS_ROWS_IN, HAS_ROWS_OUT, TELLS_ROWS_IN, TELLS_ROWS_OUT } from './cubeScan.js';
import {
  BOTH_COST,
  COSTS,
  COSTS_BOTH,
  COSTS_IN,
  COSTS_OUT,
  FAILURE,
  ROWS_IN,
  ROWS_IN_COST,
  ROWS_OUT,
  ROWS_OUT_COST,
  SUMS,
  TOKENS,
  TOLD_IN,
  TOLD_OUT,
  UNITS,
  UNPRICED,
  WASTE,
  type GroupTable,
} from './groupSums.js';
import type { Grouping } from './groupNumbers.js';
import type { RowPlan } from './rowPlan.js';

/**
 * Adds the rows of a plan to their groups, which are numbered on the way.
 * @param tables `sums` is of `SUMS`, or of `COSTS`: then nothing else is added up.
 */
export function addRows(
  groups: Grouping,
  { sums, units }: { readonly sums: GroupTable; readonly units: GroupTable },
  plan: RowPlan,
): void {
  const { rows, from, to, originKeys, placeKeys, periods, periodBase, kindAt, isRepeated } = plan;
  if (from >= to || from >= rows.stretch.to || to <= rows.stretch.from) return;
  const { batchOf, batchPeriods, toldRows, counts, seen } = plan;
  const { runs, runCount, size, origins, lines, unpriced, isRare } = rows;
  const { low: tokensLow, high: tokensHigh } = rows.tokens;
  const { low: costLow, high: costHigh } = rows.costNano;
  const { low: wasteLow, high: wasteHigh } = rows.wasteNano;
  const { low: failureLow, high: failureHigh } = rows.failureNano;
  const onePlace = placeKeys.length === 0;
  const onePeriod = periods.length === 0;
  const hasUnits = batchOf.length > 0;
  const oneBatchPeriod = batchPeriods.length === 0;
  const { width } = sums;
  const costsOnly = width === COSTS;
  let values = sums.room(groups.size);
  let told = units.room(hasUnits ? groups.size : 0);
  // Groups of the place and period at hand, by the key of an origin.
  const group = new Int32Array(plan.originCount);
  const groupSince = new Int32Array(plan.originCount);
  /** By key of an origin: the run in which rows of the batch were last looked at. */
  const toldSince = new Int32Array(plan.originCount);
  let stretch = 0;
  let placeKey = -1;
  let period = -1;
  for (let run = 0; run < runCount; run++) {
    const quarter = runs[3 * run + 1] ?? 0;
    if (quarter < from || quarter >= to) continue;
    const place = runs[3 * run + 2] ?? 0;
    const runKey = onePlace ? 0 : (placeKeys[place] ?? -1);
    if (runKey < 0) continue;
    const runPeriod = onePeriod ? 0 : (periods[quarter - periodBase] ?? 0);
    if (runKey !== placeKey || runPeriod !== period) stretch++;
    placeKey = runKey;
    period = runPeriod;
    const mayRepeat = isRepeated[place] === 1;
    let batch = hasUnits ? (batchOf[place] ?? -1) : -1;
    if (batch >= 0 && !oneBatchPeriod && batchPeriods[place] !== period) batch = -1;
    const which = batch < 0 ? 0 : (toldRows[place] ?? 0);
    const cost = costAt[which & HAS_BOTH] ?? 0;
    const end = run + 1 < runCount ? (runs[3 * run + 3] ?? 0) : size;
    for (let row = runs[3 * run] ?? 0; row < end; row++) {
      const many = lines[row] ?? 0;
      if (many === 0) continue;
      const origin = origins[row] ?? 0;
      const originKey = originKeys[origin] ?? -1;
      if (originKey < 0) continue;
      if (groupSince[originKey] !== stretch) {
        groupSince[originKey] = stretch;
        const found = groups.groupOf(originKey, placeKey, period);
        group[originKey] = found;
        if ((found + 1) * width > values.length) values = sums.room(found + 1);
        if (hasUnits && (found + 1) * UNITS > told.length) told = units.room(found + 1);
      }
      const own = group[originKey] ?? 0;
      const low = costLow[2 * row] ?? 0;
      const high = costHigh[2 * row + 1] ?? 0;
      if (costsOnly) {
        addHalves(values, own * width, low, high);
        continue;
      }
      const at = own * SUMS;
      // Lines of a kind, and behind them what they cost.
      const ofKind = at + (kindAt[origin] ?? 0);
      values[ofKind] = (values[ofKind] ?? 0) + many;
      addHalves(values, ofKind + 1, low, high);
      // Compute has none.
      addHalves(values, at + TOKENS, tokensLow[2 * row] ?? 0, tokensHigh[2 * row + 1] ?? 0);
      const repeats = mayRepeat && plan.repeats(place, origin);
      // A step that a later run repeated is waste as a whole.
      if (repeats) addHalves(values, at + WASTE, low, high);
      if (isRare[row] === 1) {
        values[at + UNPRICED] = (values[at + UNPRICED] ?? 0) + (unpriced[row] ?? 0);
        if (!repeats) {
          addHalves(values, at + WASTE, wasteLow[2 * row] ?? 0, wasteHigh[2 * row + 1] ?? 0);
          addHalves(values, at + FAILURE, failureLow[2 * row] ?? 0, failureHigh[2 * row + 1] ?? 0);
        }
      }
      if (batch < 0) continue;
      const unitsAt = own * UNITS;
      if (cost !== 0) addHalves(told, unitsAt + cost, low, high);
      // Rows of a batch count once a group.
      if (toldSince[originKey] === run + 1) continue;
      toldSince[originKey] = run + 1;
      if (cost !== 0) told[unitsAt + (flagAt[which & HAS_BOTH] ?? 0)] = 1;
      if (!seen.isNew(own, batch)) continue;
      if ((which & TELLS_ROWS_IN) !== 0) {
        addHalves(told, unitsAt + ROWS_IN, counts[4 * place] ?? 0, counts[4 * place + 1] ?? 0);
        told[unitsAt + TOLD_IN] = 1;
      }
      if ((which & TELLS_ROWS_OUT) !== 0) {
        addHalves(told, unitsAt + ROWS_OUT, counts[4 * place + 2] ?? 0, counts[4 * place + 3] ?? 0);
        told[unitsAt + TOLD_OUT] = 1;
      }
    }
  }
}

/** By which rows are more than none: where their cost is, 0 for none, and where it says that there is one. */
const costAt = new Uint8Array(4);
const flagAt = new Uint8Array(4);
costAt[HAS_ROWS_IN] = ROWS_IN_COST;
costAt[HAS_ROWS_OUT] = ROWS_OUT_COST;
costAt[HAS_BOTH] = BOTH_COST;
flagAt[HAS_ROWS_IN] = COSTS_IN;
flagAt[HAS_ROWS_OUT] = COSTS_OUT;
flagAt[HAS_BOTH] = COSTS_BOTH;

function addHalves(values: Float64Array, at: number, low: number, high: number): void {
  values[at] = (values[at] ?? 0) + low;
  values[at + 1] = (values[at + 1] ?? 0) + high;
}
