/** What two runs of one seed have in common. */
import type { JoinReport } from "../../../hil/rig/index.ts";

/**
 * A report without wall times and what follows from keys and certificates, which are new in each run: octets of frames,
 * proofs of trust, names of session keys. Events of one instant of virtual time come in any order.
 */
export function repeatable({ wallMs: _, events, air, trust, ...rest }: JoinReport) {
  return {
    ...rest,
    air: air.map(({ octets, ...frame }) => ({ ...frame, length: octets.length / 2 })),
    trust: { server: { ...trust.server, proof: null }, client: { ...trust.client, proof: null } },
    events: events
      .map(({ wallMs: _, ...event }) =>
        JSON.stringify(event).replace(/sessionKeyId [0-9A-F]+/, "sessionKeyId"),
      )
      .sort(),
  };
}
