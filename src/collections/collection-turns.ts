/** Lets what is done to a collection within this instance go on in turns: in the order in which it was asked for. */
export class CollectionTurns {
  /** The last turn that was asked for, by uuid; it never rejects. */
  private readonly last = new Map<string, Promise<void>>();

  /** Does the work when all that was asked for before is done, in whatever way it ended. It must not ask for a turn itself. */
  async take<T>(uuid: string, work: () => Promise<T>): Promise<T> {
    const turn = (this.last.get(uuid) ?? Promise.resolve()).then(work);
    const over = turn.then(nothing, nothing);
    this.last.set(uuid, over);
    try {
      return await turn;
    } finally {
      if (this.last.get(uuid) === over) this.last.delete(uuid);
    }
  }
}

function nothing(): void {
  // what a turn comes to is for the one who took it
}
