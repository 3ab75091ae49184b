/** The server's side of application packages: what an Application Server sends to a device that has them. */
export { BlockSender, type FragmentationVersion, fragmentsOfLine } from "./block-sender.ts";
export {
  buildMulticast,
  classBSessionReq,
  classCSessionReq,
  type GroupOfServer,
  groupOf,
  groupSetupReq,
  type MulticastFields,
} from "./multicast-group.ts";
