import { benchIngest } from './ingest.js';
const mainFile = process.env['MAIN'];
console.log(JSON.stringify(await benchIngest({ runs: Number(process.argv[2] ?? 1), seconds: Number(process.argv[3] ?? 20), connections: Number(process.env['CONN'] ?? 16), spansPerSMax: 100_000, ...(mainFile ? { mainFile, nodeFlags: (process.env['FLAGS'] ?? '').split(' ').filter(Boolean) } : {}) }), null, 1));
