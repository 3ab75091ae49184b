/**
 * When a DevNonce is new, as a condition on the device's row, so that test and update are one statement.
 * LoRaWAN L2 1.0.4 and 1.1, section 6.2: a counter, never repeated and never going back.
 * RJcount1 of 1.1, section 6.2.4.4, goes by the same rule; of RJcount0 the Network Server keeps count.
 * L2 1.0 to 1.0.3: a random number; the Join Server remembers the latest and ignores repetitions.
 */
import { type Expression, type SqlBool, sql } from "kysely";
import type { MacVersion } from "../interfaces/index.ts";

export type DevNonceRule = "counter" | "random";

export function devNonceRule(macVersion: MacVersion): DevNonceRule {
  return macVersion === "1.0.4" || macVersion === "1.1" ? "counter" : "random";
}

/** "A certain number" in the documents. A device that joins daily repeats none of its last two months. */
export const REMEMBERED_DEV_NONCES = 64;

/** What counts the requests of a device: join-requests, rejoin-requests of type 1, those of type 0 and 2. */
export type RequestCounter = "DevNonce" | "RJcount1" | "RJcount0";

interface CounterStep {
  /** Holds when the device has not used the value yet, as far as the rule can tell. */
  readonly isNew: Expression<SqlBool>;
  /** The columns that remember it. */
  readonly remember: {
    last_dev_nonce?: number;
    recent_dev_nonces?: Expression<string>;
    last_rj_count_1?: number;
  };
}

export function counterStep(counter: RequestCounter, rule: DevNonceRule, count: number): CounterStep {
  switch (counter) {
    case "DevNonce":
      return devNonceStep(rule, count);
    case "RJcount1":
      return {
        isNew: sql<SqlBool>`(last_rj_count_1 is null or last_rj_count_1 < ${count})`,
        remember: { last_rj_count_1: count },
      };
    case "RJcount0":
      return { isNew: sql<SqlBool>`1 = 1`, remember: {} };
  }
}

function devNonceStep(rule: DevNonceRule, devNonce: number): CounterStep {
  if (rule === "counter") {
    return {
      isNew: sql<SqlBool>`(last_dev_nonce is null or last_dev_nonce < ${devNonce})`,
      remember: { last_dev_nonce: devNonce },
    };
  }
  const entry = `,${devNonce.toString(16).toUpperCase().padStart(4, "0")}`;
  const kept = REMEMBERED_DEV_NONCES * entry.length;
  return {
    isNew: sql<SqlBool>`recent_dev_nonces not like ${`%${entry}%`}`,
    remember: {
      last_dev_nonce: devNonce,
      recent_dev_nonces: sql<string>`substr(recent_dev_nonces || ${entry}, ${-kept})`,
    },
  };
}
