/** Interrupt handlers, volatile cells, critical sections and dispatch tables. */
import {
  critical,
  dispatch,
  type Int,
  u8,
  u16,
  Volatile8,
  Volatile16,
  VolatileFlag,
} from "../../../../firmware/lang/index.ts";

const ready = new VolatileFlag();
const edges = new Volatile8();
const ticks = new Volatile16();

/** Octets that came in: touched with interrupts off only, outside the handler. */
const received = new Uint8Array(8);
let count: Int<0, 8> = 0;

/** @extern board_octet */
export function octet(): u8 {
  return 0;
}
/** @extern board_send */
export function send(_value: u16): void {}

/** The pin has risen. @isr INT0_vect */
export function onEdge(): void {
  edges.write(u8(edges.read() + 1));
  ready.write(true);
}

/** An octet has come. @isr USART_RX_vect */
export function onReceive(): void {
  const next = octet();
  if (count < 8) {
    received[count] = next;
    count++;
  }
  ticks.write(u16(ticks.read() + 1));
}

function sendEdges(): void {
  send(edges.read());
}

function sendTicks(): void {
  let now: u16 = 0;
  critical(() => {
    now = ticks.read();
  });
  send(now);
}

function sendReceived(): void {
  for (;;) {
    let found = false;
    let value: u8 = 0;
    critical(() => {
      if (count > 0) {
        count--;
        value = received[count];
        found = true;
      }
    });
    if (!found) break;
    send(value);
  }
}

const REPORTS = dispatch([sendEdges, sendTicks, sendReceived]);

export function main(): void {
  let turn: Int<0, 2> = 0;
  for (;;) {
    if (!ready.read()) continue;
    ready.write(false);
    REPORTS[turn]();
    turn = (turn + 1) % 3;
  }
}
