/** What is to be done at the end of the process where that comes in the midst of something. */

const actions = new Set<() => void>();

/** Has `action` done when the process exits; it must be done in one go. Returns what makes it not happen. */
export function atExit(action: () => void): () => void {
  if (actions.size === 0) process.on("exit", doAll);
  actions.add(action);
  return () => {
    actions.delete(action);
    if (actions.size === 0) process.off("exit", doAll);
  };
}

function doAll(): void {
  for (const action of actions) {
    try {
      action();
    } catch {
      // What cannot be done now is not done any more, and the others still are.
    }
  }
}
