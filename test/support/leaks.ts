/** Whether what a program has told holds a secret, in any of the forms in which octets are written. */

/** Secrets by their names, which are what is told of them. */
export type Secrets = ReadonlyMap<string, Uint8Array>;

interface Form {
  readonly name: string;
  readonly isIn: (told: Readings) => boolean;
}

/** What was told, as it is to be read for the forms. */
interface Readings {
  readonly text: string;
  /** Hexadecimal digits alone: whatever stood between them. */
  readonly digits: string;
  /** Without the names of members, as which JSON writes the places of a Uint8Array. */
  readonly members: string;
}

/** In base64, octets look otherwise at each of three places; what they share with their neighbours is left out. */
function base64Forms(octets: Buffer, encoding: "base64" | "base64url"): string[] {
  return [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), octets])
      .toString(encoding)
      .replaceAll("=", "");
    const whole = Math.floor(((before + octets.length) * 8) / 6);
    return text.slice(Math.ceil((before * 8) / 6), whole);
  });
}

function formsOf(secret: Uint8Array): Form[] {
  const orders: readonly [string, Buffer][] = [
    ["", Buffer.from(secret)],
    [", least significant octet first", Buffer.from(secret).reverse()],
  ];
  return orders.flatMap(([order, octets]) => {
    const raw = octets.toString("latin1");
    const hex = octets.toString("hex");
    const decimal = octets.join(",");
    const base64 = [...base64Forms(octets, "base64"), ...base64Forms(octets, "base64url")];
    return [
      { name: `raw${order}`, isIn: ({ text }) => text.includes(raw) },
      { name: `hexadecimal${order}`, isIn: ({ digits }) => digits.includes(hex) },
      { name: `decimal${order}`, isIn: ({ members }) => members.includes(decimal) },
      { name: `base64${order}`, isIn: ({ text }) => base64.some((form) => text.includes(form)) },
    ];
  });
}

/** The secrets that are in what was told: "AppKey (base64)". */
export function leaksIn(told: string | Uint8Array, secrets: Secrets): string[] {
  const text = typeof told === "string" ? Buffer.from(told).toString("latin1") : latin1(told);
  const members = text.replaceAll(/"\d+":/g, "").replaceAll(/\s/g, "");
  const readings = { text, digits: text.replaceAll(/[^0-9a-f]/gi, "").toLowerCase(), members };
  return [...secrets].flatMap(([name, secret]) =>
    formsOf(secret).flatMap((form) => (form.isIn(readings) ? [`${name} (${form.name})`] : [])),
  );
}

function latin1(octets: Uint8Array): string {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).toString("latin1");
}
