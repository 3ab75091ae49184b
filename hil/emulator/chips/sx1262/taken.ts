/** What a command's octets mean: `params`, or faults for which the chip does not take them. */
export type Taken<T> =
  | { readonly params: T; readonly warnings: readonly string[] }
  | { readonly faults: readonly string[] };
