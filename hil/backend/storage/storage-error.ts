/** The database cannot be used. The text names the file, what is wrong and what to do; the file was left alone. */
export class StorageError extends Error {
  override readonly name = "StorageError";

  constructor(path: string, problem: string, cause?: unknown) {
    super(`Join Server database ${path}: ${problem}`, { cause });
  }
}
