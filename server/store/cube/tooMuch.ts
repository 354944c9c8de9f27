/** Answering from memory would keep the process from all else for too long: the database is asked. */
export class TooMuch extends Error {
  override readonly name = 'TooMuch';

  constructor() {
    super('more than memory answers in one turn');
  }
}
