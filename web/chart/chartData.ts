/** What a chart draws, its table lists and its CSV holds: one structure, so that they cannot differ. */
export interface ChartData {
  /** In order along the axis. */
  buckets: readonly ChartBucket[];
  /** In the order of the stack, bottom first. */
  series: readonly ChartSeries[];
  /** The axis: instants of a zone, or one slot for each bucket. */
  axis: TimeAxis | { kind: 'slots' };
  annotations?: readonly Annotation[];
  /** A pale line behind: the period before, moved onto this one. */
  ghost?: readonly { at: Date; value: number }[];
  /** Stacked columns unless said. A line is broken where its series has no value. */
  shape?: 'columns' | 'lines';
  /** Dollars from zero unless said. */
  y?: ValueAxis;
}

export interface ValueAxis {
  unit: 'share' | 'times';
  /** What lies outside is drawn at the edge. */
  domain: readonly [low: number, high: number];
  /** Equal steps are equal factors: `low` is above zero. */
  log?: boolean;
  /** Lines across, such as a burn rate that fires. */
  rules?: readonly { value: number; label: string }[];
}

export interface TimeAxis {
  kind: 'time';
  tz: string;
  from: Date;
  to: Date;
}

export interface ChartBucket {
  /** Heading of the cursor's readout and of the table's row. */
  label: string;
  /** The bucket's instants on a time axis; null on slots. */
  from: Date | null;
  to: Date | null;
  /** Values by series key; a series that is absent has none. */
  values: ReadonlyMap<string, ChartValue>;
  /** The whole bucket, as text. */
  totalText: string;
  /** Draws attention to this bucket (the batch in question). */
  marked?: boolean;
}

export interface ChartValue {
  /** Geometry only. */
  value: number;
  /** What is read. */
  text: string;
  /** Exact, for the CSV. */
  exact: string;
}

export interface ChartSeries {
  key: string;
  label: string;
  /** A CSS colour, usually a token. */
  color: string;
}

/** Something that happened: a deploy, an incident, a price change. */
export interface Annotation {
  at: Date;
  label: string;
}

/** The table as comma-separated values, exact, one row a bucket. */
export function chartToCsv(data: ChartData, axisLabel: string): string {
  const head = [axisLabel, ...data.series.map((series) => series.label)];
  const rows = data.buckets.map((bucket) => [
    bucket.from ? bucket.from.toISOString() : bucket.label,
    ...data.series.map((series) => bucket.values.get(series.key)?.exact ?? ''),
  ]);
  return [head, ...rows].map((row) => row.map(csvCell).join(',')).join('\r\n') + '\r\n';
}

// A leading = + - @ makes a spreadsheet run the cell; names come from telemetry that anyone may send.
function csvCell(text: string): string {
  const harmless = /^[=+@\t\r]|^-(?!\d)/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
