/**
 * The day on which virtual time begins, for whatever asks for a date: the same in every run. Milliseconds of Unix time.
 */
export const VIRTUAL_EPOCH_MS = Date.UTC(2026, 0, 1);
