/** Octets that are not the frame they were taken for: too short, wrong FType, a field out of its range. */
export class FrameError extends Error {
  override readonly name = "FrameError";
}
