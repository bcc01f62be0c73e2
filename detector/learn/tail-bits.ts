/**
 * How rare it is that of `of` things `hits` or more are hits where `hitsBefore` of `ofBefore` were, in bits: the upper tail of a
 * Beta-Binomial (Skellam 1948) whose mean is what was before, with half a hit and half a miss added (Jeffreys). Failures come together,
 * so that what was before counts as `strengthMax` things at most, however many there were: the chance itself is taken to vary.
 *
 * @example
 * tailBits(30, 40, 12, 4000); // 38.4: forty things with thirty failures, where three in a thousand fail
 */
export function tailBits(hits: number, of: number, hitsBefore: number, ofBefore: number): number {
  const mean = (hitsBefore + 0.5) / (ofBefore + 1);
  const strength = Math.min(ofBefore + 1, strengthMax);
  const a = mean * strength;
  const b = strength - a;
  let term = 1;
  let sum = 1;
  // Each next one from the one before; what comes later only gets smaller once it is small.
  for (let at = hits; at < Math.min(of, hits + termsMax); at += 1) {
    term *= ((of - at) * (at + a)) / ((at + 1) * (of - at - 1 + b));
    sum += term;
    if (term < sum * 1e-9) break;
  }
  const first =
    logGamma(of + 1) -
    logGamma(hits + 1) -
    logGamma(of - hits + 1) +
    logBeta(hits + a, of - hits + b) -
    logBeta(a, b);
  return Math.max(0, -(first + Math.log(sum)) / Math.LN2);
}

/** What was before counts as so many things at most. */
const strengthMax = 20;
/** Terms of the tail that are added up. */
const termsMax = 4096;

const logBeta = (a: number, b: number): number => logGamma(a) + logGamma(b) - logGamma(a + b);

/** The logarithm of the gamma function from 0 on, by Stirling's series beyond 8; error below 1e-9. */
function logGamma(x: number): number {
  let shift = 0;
  let z = x;
  for (; z < 8; z += 1) shift += Math.log(z);
  const inverse = 1 / (z * z);
  const series = (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse / 1680))) / z;
  return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series - shift;
}
