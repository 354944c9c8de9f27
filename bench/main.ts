/**
 * `npm run bench [-- SECTION…] [-- --json FILE]`: measures and prints a table, then the same as JSON. Nothing is asserted.
 */
import { writeFile } from 'node:fs/promises';
import { Argument, Command, InvalidArgumentError } from 'commander';
import { benchAck } from './ack.js';
import { benchCollectors } from './collectors.js';
import { benchCosts } from './costs.js';
import { benchDecode } from './decode.js';
import { benchDisk } from './disk.js';
import { filledStore } from './fill.js';
import { benchIngest } from './ingest.js';
import { machine } from './machine.js';
import { benchPage } from './page.js';
import { benchQueries } from './queries.js';
import { benchRecovery } from './recovery.js';
import { benchReprice } from './reprice.js';
import { benchReservations } from './reservations.js';
import { benchShapes } from './shapes.js';
import { benchSlos } from './slos.js';
import { formatLines, machineLine, SECTION_LINES, type BenchResults } from './report.js';

const SECTIONS = [
  'decode',
  'ingest',
  'ack',
  'recovery',
  'queries',
  'costs',
  'disk',
  'reprice',
  'reservations',
  'slos',
  'page',
  'collectors',
  'shapes',
] as const;
type Section = (typeof SECTIONS)[number];

interface Flags {
  readonly runs: number;
  readonly seconds: number;
  readonly connections: number;
  readonly spans: number;
  readonly days?: number;
  readonly only?: string;
  readonly json?: string;
  readonly main?: string;
  readonly nodeFlags?: string;
}

const program = new Command('bench')
  .description('Measures Burnbook on this machine')
  .addArgument(new Argument('[sections...]', 'which to run; all without').choices(SECTIONS))
  .option('--runs <n>', 'runs of the ingest and of the start after a crash', positive, 3)
  .option(
    '--seconds <n>',
    'measured seconds of one ingest run, and of the reservations',
    positive,
    20,
  )
  .option('--connections <n>', 'connections of the ingest', positive, 16)
  .option('--spans <n>', 'spans of the store that is queried and weighed', positive, 10_000_000)
  .option(
    '--days <n>',
    'over which the store is spread whose costs are asked; 90 without',
    positive,
  )
  .option('--only <text>', 'questions about costs, or shapes, whose name contains it')
  .option('--json <file>', 'write the JSON there instead of after the table')
  .option('--main <file>', 'another built server')
  .option('--node-flags <flags>', "of the server's main process in the ingest, such as --cpu-prof")
  .parse();

const flags = program.opts<Flags>();
const chosen = program.processedArgs[0] as Section[];
const results: { -readonly [K in keyof BenchResults]: BenchResults[K] } = { machine: machine() };
const say = (line: string): void => console.log(line);

say(machineLine(results.machine));
for (const section of chosen.length > 0 ? chosen : SECTIONS) await measure(section);
const json = JSON.stringify(results, null, 2);
if (flags.json === undefined) say(json);
else await writeFile(flags.json, `${json}\n`);

async function measure(section: Section): Promise<void> {
  const mainFile = flags.main;
  const startMs = performance.now();
  switch (section) {
    case 'decode':
      results.decode = await benchDecode();
      say(formatLines(SECTION_LINES.decode(results.decode)));
      break;
    case 'ingest':
      results.ingest = await benchIngest({
        runs: flags.runs,
        seconds: flags.seconds,
        connections: flags.connections,
        spansPerSMax: 100_000,
        mainFile,
        nodeFlags: (flags.nodeFlags ?? '').split(' ').filter((flag) => flag !== ''),
      });
      say(formatLines(SECTION_LINES.ingest(results.ingest)));
      break;
    case 'ack':
      results.ack = await benchAck({ seconds: 30, mainFile });
      say(formatLines(SECTION_LINES.ack(results.ack)));
      break;
    case 'recovery':
      results.recovery = await benchRecovery({ runs: flags.runs, mainFile });
      say(formatLines(SECTION_LINES.recovery(results.recovery)));
      break;
    case 'queries':
      results.queries = await benchQueries(await filledStore(flags.spans, { mainFile, say }), {
        requests: 60,
        mainFile,
      });
      say(formatLines(SECTION_LINES.queries(results.queries)));
      break;
    case 'costs': {
      const { days = 90, only } = flags;
      results.costs = await benchCosts(await filledStore(flags.spans, { days, mainFile, say }), {
        requests: 40,
        only,
        mainFile,
      });
      say(formatLines(SECTION_LINES.costs(results.costs)));
      break;
    }
    case 'reprice':
      results.reprice = await benchReprice(await filledStore(flags.spans, { mainFile, say }), {
        mainFile,
      });
      say(formatLines(SECTION_LINES.reprice(results.reprice)));
      break;
    case 'reservations':
      results.reservations = await benchReservations(
        await filledStore(flags.spans, { mainFile, say }),
        { seconds: flags.seconds, mainFile },
      );
      say(formatLines(SECTION_LINES.reservations(results.reservations)));
      break;
    case 'disk': {
      const { folder } = await filledStore(flags.spans, { mainFile, say });
      results.disk = await benchDisk(folder);
      say(formatLines(SECTION_LINES.disk(results.disk)));
      break;
    }
    case 'slos':
      results.slos = await benchSlos({ mainFile });
      say(formatLines(SECTION_LINES.slos(results.slos)));
      break;
    case 'page':
      results.page = await benchPage({ mainFile });
      say(formatLines(SECTION_LINES.page(results.page)));
      break;
    case 'collectors':
      results.collectors = await benchCollectors();
      say(formatLines(SECTION_LINES.collectors(results.collectors)));
      break;
    case 'shapes':
      results.shapes = await benchShapes({ mainFile, only: flags.only });
      say(formatLines(SECTION_LINES.shapes(results.shapes)));
  }
  say(`(${section}: ${((performance.now() - startMs) / 1000).toFixed(0)} s)`);
}

function positive(text: string): number {
  const number = Number(text);
  if (!/^\d{1,10}$/.test(text) || number < 1) {
    throw new InvalidArgumentError('must be a whole number from 1');
  }
  return number;
}
