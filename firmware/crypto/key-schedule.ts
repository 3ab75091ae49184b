/**
 * Whether the round keys are made once for a key, and kept until `forgetKey`, in place of anew for each block: more RAM,
 * fewer cycles. @config
 */
export const KEY_SCHEDULE: boolean = false;
