/**
 * Rectangles whose areas are to each other as values are, each as near to a square as comes out: Bruls, Huizing,
 * van Wijk, "Squarified Treemaps", 2000.
 */

export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A rectangle for each value, in their order. Values are positive; the largest first looks best. */
export function squarify(values: readonly number[], area: Rectangle): Rectangle[] {
  const total = values.reduce((sum, value) => sum + value, 0);
  const scale = total === 0 ? 0 : (area.width * area.height) / total;
  const placed: Rectangle[] = [];
  let rest = area;
  for (let from = 0; from < values.length; ) {
    const side = Math.min(rest.width, rest.height);
    let to = from + 1;
    while (
      to < values.length &&
      worst(values, from, to + 1, side, scale) <= worst(values, from, to, side, scale)
    ) {
      to++;
    }
    const row = values.slice(from, to).map((value) => value * scale);
    rest = placeRow(row, rest, placed);
    from = to;
  }
  return placed;
}

/** The ratio of the sides of the slimmest rectangle, if the values from `from` to before `to` make a row. */
function worst(values: readonly number[], from: number, to: number, side: number, scale: number): number {
  let sum = 0;
  let least = Number.POSITIVE_INFINITY;
  let most = 0;
  for (let i = from; i < to; i++) {
    const size = values[i] * scale;
    sum += size;
    least = Math.min(least, size);
    most = Math.max(most, size);
  }
  return Math.max((side * side * most) / (sum * sum), (sum * sum) / (side * side * least));
}

/** Places areas along the shorter side; returns what is left of the rectangle. */
function placeRow(row: readonly number[], area: Rectangle, placed: Rectangle[]): Rectangle {
  const { x, y, width, height } = area;
  const sum = row.reduce((total, size) => total + size, 0);
  const upright = width >= height;
  const side = upright ? height : width;
  const thickness = side === 0 ? 0 : sum / side;
  let along = upright ? y : x;
  for (const size of row) {
    const length = thickness === 0 ? 0 : size / thickness;
    placed.push(
      upright
        ? { x, y: along, width: thickness, height: length }
        : { x: along, y, width: length, height: thickness },
    );
    along += length;
  }
  return upright
    ? { x: x + thickness, y, width: Math.max(0, width - thickness), height }
    : { x, y: y + thickness, width, height: Math.max(0, height - thickness) };
}
