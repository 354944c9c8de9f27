import type { ChartData } from './chartData.js';
import type { DrawnPlot } from './drawPlot.js';

/** The cursor: the bucket's column and its values beside it. The live region of the chart says the same. */
export function ChartReadout({
  data,
  index,
  drawn,
}: {
  data: ChartData;
  index: number;
  drawn: DrawnPlot;
}) {
  const bucket = data.buckets[index];
  if (!bucket) return null;
  const [left, right] = drawn.edges(index);
  const middle = (left + right) / 2;
  const onLeft = middle > (drawn.frame[0] + drawn.frame[1]) / 2;
  return (
    <>
      <div class="cursor" style={{ left: `${left}px`, width: `${Math.max(1, right - left)}px` }} />
      <div
        class={`readout ${onLeft ? 'on-left' : 'on-right'}`}
        style={onLeft ? { right: `calc(100% - ${left - 8}px)` } : { left: `${right + 8}px` }}
        aria-hidden="true"
      >
        <p class="readout-head">
          <span>{bucket.label}</span> <b>{bucket.totalText}</b>
        </p>
        {data.series.length > 1 && (
          <ul>
            {[...data.series].reverse().map((series) => {
              const value = bucket.values.get(series.key);
              return value ? (
                <li key={series.key}>
                  <i class="swatch" style={{ background: series.color }} /> {series.label}{' '}
                  <b>{value.text}</b>
                </li>
              ) : null;
            })}
          </ul>
        )}
      </div>
    </>
  );
}
