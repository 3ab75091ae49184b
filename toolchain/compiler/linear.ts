/**
 * Sums of places with constant factors, such as `offset + count - 1`: what comparisons say about
 * several variables at once.
 */
import type { Field, Variable } from "./tree.ts";

/** A scalar that the range analysis follows: a variable, or a field reached from one, maybe by elements on the way. */
export interface Place {
  /** Unique in the program: variable, then fields and indices. */
  readonly key: string;
  readonly variable: Variable;
  readonly fields: readonly Field[];
  /** The local variables by which elements on the way are chosen: with another value, it is another place. */
  readonly indices: readonly Place[];
  /** The places of which this is one of the indices. */
  readonly chooses: Set<Place>;
  /** Every value that the place may ever hold, as declared. */
  readonly declared: { readonly min: number; readonly max: number };
}

/** Sum of `factor * place` over the terms, plus `constant`. */
export interface Linear {
  readonly terms: ReadonlyMap<Place, number>;
  readonly constant: number;
}

export function constantForm(constant: number): Linear {
  return { terms: new Map(), constant };
}

export function placeForm(place: Place): Linear {
  return { terms: new Map([[place, 1]]), constant: 0 };
}

/** `a + factor * b`. */
export function combine(a: Linear, b: Linear, factor: number): Linear {
  const terms = new Map(a.terms);
  for (const [place, coefficient] of b.terms) {
    const sum = (terms.get(place) ?? 0) + factor * coefficient;
    if (sum === 0) terms.delete(place);
    else terms.set(place, sum);
  }
  return { terms, constant: a.constant + factor * b.constant };
}

export function scaleForm(form: Linear, factor: number): Linear {
  return combine(constantForm(0), form, factor);
}

/** The same key for forms that differ by their constant or their sign only; `sign` tells which. */
export function canonical(form: Linear): { readonly key: string; readonly sign: 1 | -1 } {
  const terms = [...form.terms].sort(([a], [b]) => (a.key < b.key ? -1 : 1));
  const sign = terms[0][1] < 0 ? -1 : 1;
  return { key: terms.map(([place, factor]) => `${factor * sign}*${place.key}`).join("+"), sign };
}
