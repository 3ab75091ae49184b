/**
 * The rigs of this process that are not closed. Kept by the process and not by this module: a spec may be loaded as a
 * CommonJS module, and its rig with it, while the process that runs it has modules of its own.
 */

/** A rig that can tell what was seen in it last, and be closed. */
interface OpenRig {
  account(): string;
  close(): Promise<void>;
}

const KEY = Symbol.for("joinery: open rigs");

export function openRigs(): Set<OpenRig> {
  const kept = globalThis as { [KEY]?: Set<OpenRig> };
  kept[KEY] ??= new Set();
  return kept[KEY];
}

/** What was seen last in each of them. */
export function accountsOfOpenRigs(): string[] {
  return [...openRigs()].map((rig) => rig.account());
}

/** Closes them all. What cannot be freed ends with the process. */
export async function closeOpenRigs(): Promise<void> {
  await Promise.allSettled([...openRigs()].map((rig) => rig.close()));
}
