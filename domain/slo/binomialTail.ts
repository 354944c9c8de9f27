/**
 * P(X ≥ bad) of a binomial distribution, exact to about ten digits for up to 1e9 trials.
 *
 * The largest term of the tail is computed by Loader's saddle-point form, whose error does not grow with the number
 * of trials (C. Loader, "Fast and Accurate Computation of Binomial Probabilities", 2000); the terms after it by their
 * ratios, until they no longer count. No sum of tiny terms is ever taken from 1.
 */

/** log(n!) − Stirling's formula, for the n below which its series is too short. */
const STIRLING_ERROR: readonly number[] = [
  0, 0.08106146679532726, 0.0413406959554093, 0.0276779256849983, 0.02079067210376509,
  0.0166446911898212, 0.01387612882307075, 0.01189670994589177, 0.010411265261972,
  0.00925546218271273, 0.00833056343336287, 0.00757367548795184, 0.00694284010720953,
  0.0064089941880042, 0.0059513701127588, 0.00555473355196281,
];

/**
 * @param bad how many failed, 0 to trials.
 * @param trials integer, up to 1e9.
 * @param share probability that one fails, 0 to 1.
 */
export function binomialTail(bad: number, trials: number, share: number): number {
  if (bad <= 0) return 1;
  if (bad > trials || share <= 0) return 0;
  if (share >= 1) return 1;
  const mean = trials * share;
  return bad > mean
    ? Math.min(1, tailFrom(bad, trials, share))
    : Math.max(0, 1 - tailFrom(trials - bad + 1, trials, 1 - share));
}

/** P(X ≥ bad) where bad is above the mean: each term is smaller than the one before. */
function tailFrom(bad: number, trials: number, share: number): number {
  const odds = share / (1 - share);
  let term = probability(bad, trials, share);
  let sum = term;
  for (let k = bad; k < trials; k++) {
    term *= ((trials - k) / (k + 1)) * odds;
    sum += term;
    if (term <= sum * 1e-17) break;
  }
  return sum;
}

/** P(X = k). */
function probability(k: number, trials: number, share: number): number {
  if (k === trials) return Math.exp(trials * Math.log(share));
  if (k === 0) return Math.exp(trials * Math.log1p(-share));
  const rest = trials - k;
  const exponent =
    stirlingError(trials) -
    stirlingError(k) -
    stirlingError(rest) -
    deviance(k, trials * share) -
    deviance(rest, trials * (1 - share));
  return Math.exp(exponent) * Math.sqrt(trials / (2 * Math.PI * k * rest));
}

/** x log(x/m) + m − x, without the loss of digits where x is near m. */
function deviance(x: number, mean: number): number {
  const difference = x - mean;
  if (Math.abs(difference) >= 0.1 * (x + mean)) return x * Math.log(x / mean) + mean - x;
  const v = difference / (x + mean);
  let sum = difference * v;
  let term = 2 * x * v;
  for (let j = 1; j < 1_000; j++) {
    term *= v * v;
    const next = sum + term / (2 * j + 1);
    if (next === sum) break;
    sum = next;
  }
  return sum;
}

function stirlingError(n: number): number {
  const known = STIRLING_ERROR[n];
  if (known !== undefined) return known;
  const nn = n * n;
  return (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - 1 / 1188 / nn) / nn) / nn) / nn) / n;
}
