import type { Collector } from '@burnbook/collectors';
import type { ConfigFolder } from './configFolder.js';
import type { DemoServer } from './demoServer.js';

/** A fault that raises one alert. `inject`, `revert`, `end` are called in this order, each at most once, `goOn` between the last two. */
export interface Fault {
  /** Makes it happen. @returns one sentence on what was done. */
  inject: () => Promise<string>;
  /** Of the server on which Verify shows that it is over, where that is another one; known once it is injected. */
  serverUrl?: () => string;
  /** Makes what a repair would make: good operations, data that arrives, files that are right. @returns one sentence. */
  revert: () => Promise<string>;
  /** What is repaired goes on working: without news of it nobody can tell that it does. Called every few seconds. */
  goOn?: () => Promise<void>;
  /** Takes away what the fault had put up to be seen by, such as a budget of its own. Called whatever failed before. */
  end?: () => Promise<void>;
}

/** What a fault is made with. */
export interface FaultPlace {
  collector: Collector;
  /** As the collector above, for a collector of other settings. */
  receiver: { endpoint: string; headers: Readonly<Record<string, string>> };
  server: DemoServer;
  /** Signs in to it; null: nobody has to. */
  token: string | null;
  /** The folder of the server's configuration. @throws Error where nobody said which it is. */
  config: () => ConfigFolder;
  /** Of this injection alone: part of the names of what it puts up. */
  stamp: string;
  sleep: (ms: number) => Promise<void>;
}

export type FaultMaker = (place: FaultPlace) => Fault;
