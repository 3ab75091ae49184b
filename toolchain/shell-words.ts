/** Commands as people and shells write them. */

/** As a POSIX shell takes it for one word. */
function shellWord(text: string): string {
  return /^[\w./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** A line that a POSIX shell runs as this command. */
export function shellLine(words: readonly string[]): string {
  return words.map(shellWord).join(" ");
}
