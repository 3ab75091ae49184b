/**
 * Work that is not to be cut short, as a board that is half written does not start: whoever ends the process waits for
 * it. Known to the process and not to this module alone: what ends it may have been loaded apart from what works in it.
 */

interface Kept {
  /** What is under way, by what people call it. */
  readonly work: Map<Promise<unknown>, string>;
  isOver: boolean;
}

const KEY = Symbol.for("joinery: uncut work");

function kept(): Kept {
  const holder = globalThis as { [KEY]?: Kept };
  holder[KEY] ??= { work: new Map(), isOver: false };
  return holder[KEY];
}

/** Does `work`, and has the end of the process wait for it. Throws where that end has begun. */
export async function uncut<T>(what: string, work: () => Promise<T>): Promise<T> {
  const { work: under, isOver } = kept();
  if (isOver) throw new Error(`${what} is not begun: the run ends`);
  const running = work();
  under.set(running, what);
  try {
    return await running;
  } finally {
    under.delete(running);
  }
}

/** What is under way, as people call it. */
export function uncutWork(): readonly string[] {
  return [...kept().work.values()];
}

/** Has nothing more begin, and waits until what is under way is over, whatever comes of it. */
export async function uncutOver(): Promise<void> {
  const state = kept();
  state.isOver = true;
  await Promise.allSettled(state.work.keys());
}
