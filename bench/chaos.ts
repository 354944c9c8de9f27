/**
 * `npm run chaos [-- --rounds 50 --seed N]`: kills the server and its store under load and checks that nothing that was
 * acknowledged is lost and nothing is there twice. Exit code 1 on any violation.
 */
import { Command, InvalidArgumentError } from 'commander';
import { runChaos } from './chaosRun.js';

interface Flags {
  readonly rounds: number;
  readonly seed: number;
  readonly rate: number;
  readonly returnMsMax: number;
  readonly main?: string;
  readonly keep?: string;
}

const program = new Command('chaos')
  .option('--rounds <n>', 'kills, half of them of the store alone', wholeNumber, 50)
  .option('--seed <n>', 'of the load and of the moments', wholeNumber, Date.now() % 1_000_000)
  .option('--rate <n>', 'bodies a second', wholeNumber, 150)
  .option('--return-ms-max <ms>', 'the longest that a killed store may be away', wholeNumber, 5_000)
  .option('--main <file>', 'another built server')
  .option('--keep <dir>', 'an empty folder to work in and leave behind')
  .parse();
const flags = program.opts<Flags>();

console.log(`seed ${flags.seed}`);
const report = await runChaos({
  rounds: flags.rounds,
  seed: flags.seed,
  connections: 8,
  bodiesPerS: flags.rate,
  returnMsMax: flags.returnMsMax,
  ...(flags.main === undefined ? {} : { mainFile: flags.main }),
  ...(flags.keep === undefined ? {} : { folder: flags.keep }),
  onRound: ({ round, victim, awayMs, acknowledgedSpans }) => {
    console.log(
      `round ${round}: killed the ${victim}, back after ${Math.round(awayMs)} ms, ${acknowledgedSpans} spans acknowledged`,
    );
  },
});
console.log(`answers: ${JSON.stringify(report.outcomes)}`);
console.log(
  `${report.acknowledgedSpans} spans acknowledged, ${report.spans} stored, ${report.lines} bill lines, ` +
    `${report.attempts} attempts, ${report.costNanoUsd} nano-USD`,
);
for (const violation of report.violations) console.error(`VIOLATION: ${violation}`);
console.log(
  report.violations.length === 0 ? 'nothing lost, nothing twice' : `failed, seed ${flags.seed}`,
);
process.exitCode = report.violations.length === 0 ? 0 : 1;

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('must be a whole number');
  return Number(text);
}
