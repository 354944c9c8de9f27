import type { Collector } from '@burnbook/collectors';
import type { ConfigFolder } from './configFolder.js';
import type { DemoServer } from './demoServer.js';

/** A fault that raises one alert. `inject`, `revert`, `end` are called in this order, each at most once. */
export interface Fault {
  /** Makes it happen. @returns one sentence on what was done. */
  inject: () => Promise<string>;
  /** Makes what a repair would make: good operations, data that arrives, files that are right. @returns one sentence. */
  revert: () => Promise<string>;
  /** Takes away what the fault had put up to be seen by, such as a budget of its own. Called whatever failed before. */
  end?: () => Promise<void>;
}

/** What a fault is made with. */
export interface FaultPlace {
  collector: Collector;
  /** As the collector above, for a collector of other settings. */
  receiver: { endpoint: string; headers: Readonly<Record<string, string>> };
  server: DemoServer;
  /** The folder of the server's configuration. @throws Error where nobody said which it is. */
  config: () => ConfigFolder;
  /** Of this injection alone: part of the names of what it puts up. */
  stamp: string;
  sleep: (ms: number) => Promise<void>;
}

export type FaultMaker = (place: FaultPlace) => Fault;
