/** How a question is answered from the cube: what must be read from the database for it, and the rows that its SQL gives. */
import type { QueryRow } from '../protocol.js';
import type { Calendar, CalendarQuestion } from './calendars.js';
import type { Bounds, Snapshot } from './cubeQuestion.js';

export interface CubeAnswer {
  readonly present: Bounds;
  readonly previous: Bounds | null;
  /** Whether runs and batches matter: what is known of them is read then as it stands now. */
  readonly looksAtPlaces: boolean;
  readonly calendars: readonly CalendarQuestion[];
  /** @param calendars as asked for, in their order. */
  readonly rowsOf: (snapshot: Snapshot, calendars: readonly Calendar[]) => QueryRow[];
}
