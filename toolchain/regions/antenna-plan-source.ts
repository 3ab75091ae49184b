/** The plans that the channel of a join decides between, as a module of the device language. */
import { type AntennaPlanName, type JoinChannelFigures, regionFigures } from "./figures.ts";

/** The unit of the device's frequencies, in Hz. */
const FREQUENCY_UNIT = 100;

/** Channels that a ChMask has a bit for. */
const MASK_BITS = 16;

/** The source of `firmware/regions/cn470-plans.ts`. */
export function antennaPlanSource(): string {
  const { join, plans } = regionFigures("CN470");
  const names = Object.keys(plans!) as AntennaPlanName[];
  const joinRows = join.common_join_channels!.map((channel) => {
    const own = channelIndex(channel);
    const { rx1_hz, rx2_hz, plan } = channel;
    return `  { plan: ${names.indexOf(plan)}, channel: ${own}, rx1Frequency: ${units(rx1_hz)}, rx2Frequency: ${units(rx2_hz)} },\n`;
  });
  const planRows = names.map((name) => {
    const { max_channels, uplink_blocks, downlink_blocks, ch_mask_cntl } = plans![name];
    const [first, second] = uplink_blocks;
    const [firstDown, secondDown] = downlink_blocks;
    const masks = max_channels / MASK_BITS;
    const allOn = Object.entries(ch_mask_cntl).find(([, meaning]) => meaning.startsWith("all channels ON"))!;
    const fields = {
      masks,
      allOn: allOn[0],
      blockLength: first.count,
      firstUplink: units(first.start_hz),
      secondUplink: units(second?.start_hz ?? 0),
      downlinks: downlink_blocks.reduce((count, block) => count + block.count, 0),
      firstDownlink: units(firstDown.start_hz),
      secondDownlink: units(secondDown?.start_hz ?? 0),
    };
    const lines = Object.entries(fields).map(([field, value]) => `    ${field}: ${value},\n`);
    return `  // ${name}\n  {\n${lines.join("")}  },\n`;
  });
  const [{ step_hz }] = plans![names[0]].uplink_blocks;
  return `/**
 * The plans of CN470, for antennas of 20 MHz and of 26 MHz. Made from the figures of regions.json (RP002-1.0.4) by
 * \`npm run regions\`.
 */
import { tableOf } from "../lang/index.ts";
import { AntennaPlan, JoinChannel } from "./plan.ts";

/** Of all channels, in units of 100 Hz. */
export const CHANNEL_STEP = ${units(step_hz)};

/** The common join channels. */
export const JOIN_CHANNELS = tableOf(JoinChannel, [
${joinRows.join("")}]);

export const ANTENNA_PLANS = tableOf(AntennaPlan, [
${planRows.join("")}]);
`;
}

/** Which of its plan's channels a join channel is. */
function channelIndex({ uplink_hz, plan }: JoinChannelFigures): number {
  const { uplink_blocks } = regionFigures("CN470").plans![plan];
  for (const { first_index, count, start_hz, step_hz } of uplink_blocks) {
    const offset = (uplink_hz - start_hz) / step_hz;
    if (Number.isInteger(offset) && offset >= 0 && offset < count) return first_index + offset;
  }
  throw new Error(`${uplink_hz} Hz is no channel of ${plan}`);
}

function units(hz: number): number {
  return hz / FREQUENCY_UNIT;
}
