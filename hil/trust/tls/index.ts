export { createDaneAgent, type DaneAgentOptions, type ReloadingAgent } from "./agent.ts";
export type { JudgeOptions } from "./judge.ts";
export type { TlsCredentials, TrustPolicy } from "./policy.ts";
export {
  type AcceptedPeer,
  createDaneServer,
  type DaneServer,
  type DaneServerOptions,
  type PeerRequestListener,
  type PeerUpgradeListener,
} from "./server.ts";
export { type DaneEvidence, type DnssecState, type Peer, type PeerVerdict, TrustError } from "./verdict.ts";
