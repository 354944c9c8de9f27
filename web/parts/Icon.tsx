/** Line icons of 16 × 16, drawn with the text's colour. */
const PATHS = {
  now: 'M2 8h3l2-5 3 10 2-5h2',
  batches: 'M2.5 4h11M2.5 8h11M2.5 12h7',
  runbooks:
    'M3 2.5h8.5a1.5 1.5 0 0 1 1.5 1.5v9.5H4.5A1.5 1.5 0 0 1 3 12zM3 12a1.5 1.5 0 0 1 1.5-1.5H13M6 5.5h4',
  search: 'M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.5 10.5 14 14',
  more: 'M3.5 8h.01M8 8h.01M12.5 8h.01',
  left: 'M10 3 5 8l5 5',
  right: 'm6 3 5 5-5 5',
  down: 'm3 6 5 5 5-5',
  settings: 'M2.5 5h5M11 5h2.5M2.5 11h2M8 11h5.5M9.2 3.2v3.6M6.2 9.2v3.6',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  check: 'm3 8.5 3.5 3.5L13 4.5',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  play: 'M5 3.5 12 8l-7 4.5z',
  arrow: 'M3 8h10M9 4l4 4-4 4',
  close: 'M4 4l8 8M12 4l-8 8',
  cost: 'M8 1.5v13M11 4.2C10.4 3.4 9.3 3 8 3 6.3 3 5 3.9 5 5.4 5 9 11 7.2 11 10.6 11 12.1 9.7 13 8 13c-1.4 0-2.5-.5-3.1-1.4',
  slos: 'M2.5 11.5a5.5 5.5 0 0 1 11 0M8 11.5l3-4',
  retries: 'M13 5.5A5.5 5.5 0 0 0 3 6M3 2.5V6h3.5M3 10.5A5.5 5.5 0 0 0 13 10M13 13.5V10H9.5',
  print: 'M4.5 6V2.5h7V6M4.5 11.5h-2V6h11v5.5h-2M4.5 9.5h7v4h-7z',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg
      class="icon"
      width={size}
      height={size}
      viewBox="0 0 16 16"
      aria-hidden="true"
      focusable="false"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
