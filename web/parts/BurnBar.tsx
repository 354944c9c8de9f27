import { burnGeometry, type BurnInput } from './burnGeometry.js';

interface BurnBarProps extends BurnInput {
  /** The whole sentence: "71 % used · 58 % elapsed · empty Thu 14:20 (21 h)". */
  text: string;
  label: string;
  /** Hides the sentence where a tile already says it; a screen reader still hears it. */
  quiet?: boolean;
}

/**
 * The burn bar, the same for dollars and for error budget: the track is the budget, the fill what is used, the tick the
 * time elapsed, the ghost where it will end. Beyond the budget the fill is hatched, so that it reads without colour.
 */
export function BurnBar({ text, label, quiet = false, ...input }: BurnBarProps) {
  const { scale, fill, over, ghost, band, tick, tone } = burnGeometry(input);
  return (
    <div class={`burn tone-${tone}`}>
      <svg
        role="meter"
        aria-label={label}
        aria-valuenow={Math.round(Math.min(input.used, scale) * 100)}
        aria-valuemin={0}
        aria-valuemax={Math.round(scale * 100)}
        aria-valuetext={text}
        viewBox="0 0 100 10"
        preserveAspectRatio="none"
        width="100%"
        height="10"
      >
        <rect class="track" x="0" y="2" width="100" height="6" />
        {ghost && <rect class="ghost" x={ghost.from} y="2" width={ghost.length} height="6" />}
        <rect class="fill" x="0" y="2" width={fill} height="6" />
        {over && <rect class="over" x={over.from} y="2" width={over.length} height="6" />}
        {band && <rect class="band" x={band.from} y="4" width={band.length} height="2" />}
        {scale > 1 && <rect class="limit" x={100 / scale - 0.2} y="0" width="0.4" height="10" />}
        {tick !== null && (
          <rect class="tick" x={Math.max(0, tick - 0.25)} y="0" width="0.5" height="10" />
        )}
      </svg>
      <p class={quiet ? 'visually-hidden' : 'burn-text'}>{text}</p>
    </div>
  );
}
