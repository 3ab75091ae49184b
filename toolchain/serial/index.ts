/** Serial ports. */
export { openSerialPort, SerialError, type SerialPort } from "./serial-port.ts";
