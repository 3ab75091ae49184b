/** lora-packet's types declare `exports.default`, but its code sets `module.exports`: this names what is there. */
import loraPacketModule from "lora-packet";

export const loraPacket = loraPacketModule as unknown as typeof loraPacketModule.default;
