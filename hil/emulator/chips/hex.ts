/** "0x1D", as datasheets write addresses and values; with as many digits as wanted. */
export function hex(value: number, digits = 2): string {
  return `0x${value.toString(16).toUpperCase().padStart(digits, "0")}`;
}
