/**
 * What is known at one point of a function: a range for each place, and ranges of sums of places.
 *
 * A comparison such as `offset + count <= 64` or `i < n` is kept as a fact about the sum until one of
 * its places is written; `bound` adds facts up, so that `buffer[offset + i]` is proven from the two.
 */
import {
  add,
  EVERYTHING,
  equals,
  exactly,
  hull,
  type Interval,
  meet,
  scale,
  widen,
  within,
} from "./interval.ts";
import { canonical, combine, constantForm, type Linear, type Place, placeForm } from "./linear.ts";
import type { Expression } from "./tree.ts";

interface Fact {
  /** At least two terms, constant 0. */
  readonly form: Linear;
  readonly range: Interval;
}

/** The condition whose outcome a boolean place holds, for as long as nothing that it reads is written. */
interface Outcome {
  readonly condition: Expression;
  readonly reads: ReadonlySet<Place>;
}

/** Facts about longer sums are not kept, and not used to make longer ones. */
const MAX_TERMS = 4;
/** How many facts one proof may add up. */
const MAX_STEPS = 3;

export class State {
  readonly #values: Map<Place, Interval>;
  readonly #facts: Map<string, Fact>;
  readonly #outcomes: Map<Place, Outcome>;

  constructor(
    values = new Map<Place, Interval>(),
    facts = new Map<string, Fact>(),
    outcomes = new Map<Place, Outcome>(),
  ) {
    this.#values = values;
    this.#facts = facts;
    this.#outcomes = outcomes;
  }

  copy(): State {
    return new State(new Map(this.#values), new Map(this.#facts), new Map(this.#outcomes));
  }

  value(place: Place): Interval {
    return this.#values.get(place) ?? place.declared;
  }

  /** After `place = value`; `form` is the sum that was stored, where it is one. */
  assign(place: Place, value: Interval, form: Linear | undefined): void {
    this.#forgetChosenBy(place);
    this.#forgetOutcomes(place);
    const step = form?.terms.get(place) === 1 && form.terms.size === 1 ? form.constant : undefined;
    if (step === undefined) this.forget(place);
    else this.#shift(place, step);
    this.#values.set(place, value);
    const chosen = form && [...form.terms.keys()].some((term) => place.chooses.has(term));
    if (form && !chosen && form.terms.size > 0 && form.terms.size < MAX_TERMS && !form.terms.has(place)) {
      const difference = combine(placeForm(place), form, -1);
      this.#addFact(difference, exactly(-difference.constant));
    }
  }

  /** A test has shown the value of a boolean. */
  learn(place: Place, value: Interval): void {
    this.#values.set(place, value);
  }

  /** After `place = condition`, which reads nothing but these places, and not `place` itself. */
  assignOutcome(place: Place, condition: Expression, reads: ReadonlySet<Place>): void {
    this.#outcomes.set(place, { condition, reads });
  }

  /** The condition that has come out as the place says, and would again. */
  outcome(place: Place): Expression | undefined {
    return this.#outcomes.get(place)?.condition;
  }

  /** After a write of which nothing is known. */
  forget(place: Place): void {
    this.#forgetChosenBy(place);
    this.#forgetOutcomes(place);
    this.#values.delete(place);
    for (const [key, fact] of this.#facts) if (fact.form.terms.has(place)) this.#facts.delete(key);
  }

  /** Every place that has a value, occurs in a fact, or is read by a condition whose outcome is kept. */
  places(): Set<Place> {
    return new Set([
      ...this.#values.keys(),
      ...[...this.#facts.values()].flatMap((fact) => [...fact.form.terms.keys()]),
      ...[...this.#outcomes].flatMap(([place, { reads }]) => [place, ...reads]),
    ]);
  }

  /** Drops what is known of elements that the place's value chose. */
  #forgetChosenBy(index: Place): void {
    for (const place of index.chooses) this.forget(place);
  }

  /** Drops the conditions that read the place, and the one whose outcome it held. */
  #forgetOutcomes(place: Place): void {
    this.#outcomes.delete(place);
    for (const [holder, { reads }] of this.#outcomes) if (reads.has(place)) this.#outcomes.delete(holder);
  }

  /** The outcomes that both states hold. */
  #commonOutcomes(other: State): Map<Place, Outcome> {
    return new Map(
      [...this.#outcomes].filter(([place, { condition }]) => other.outcome(place) === condition),
    );
  }

  /** Adds `form <= 0`; false where that cannot be. */
  assume(form: Linear): boolean {
    if (form.terms.size === 0) return form.constant <= 0;
    if (this.#plain(form).min > 0) return false;
    for (const [place, factor] of form.terms) {
      const rest = this.#plain(combine(form, placeForm(place), -factor));
      const limit = -rest.min / factor;
      const allowed: Interval =
        factor > 0
          ? { min: Number.NEGATIVE_INFINITY, max: Math.floor(limit) }
          : { min: Math.ceil(limit), max: Number.POSITIVE_INFINITY };
      const value = meet(this.value(place), allowed);
      if (value === undefined) return false;
      this.#values.set(place, value);
    }
    if (form.terms.size > 1 && form.terms.size <= MAX_TERMS) {
      this.#addFact(form, { min: Number.NEGATIVE_INFINITY, max: -form.constant });
    }
    return true;
  }

  /** The range of a sum, from the places' ranges and from facts. */
  bound(form: Linear, steps = MAX_STEPS): Interval {
    const negated = combine(constantForm(0), form, -1);
    return { min: -this.#upper(negated, steps), max: this.#upper(form, steps) };
  }

  /** What holds in this state or in `other`. */
  join(other: State): State {
    const values = new Map<Place, Interval>();
    for (const [place, value] of this.#values) {
      if (other.#values.has(place)) values.set(place, hull(value, other.value(place)));
    }
    const joined = new State(values, new Map(), this.#commonOutcomes(other));
    for (const [key, fact] of [...this.#facts, ...other.#facts]) {
      if (joined.#facts.has(key)) continue;
      const range = hull(this.#factRange(key, fact), other.#factRange(key, fact));
      if (!within(joined.#plain(fact.form), range)) joined.#facts.set(key, { form: fact.form, range });
    }
    return joined;
  }

  /** `next`, with what still changes pushed to the stops or to the ends of widths: a loop's head settles. */
  widened(next: State, stops: readonly number[]): State {
    const values = new Map<Place, Interval>();
    for (const [place, value] of next.#values) values.set(place, widen(this.value(place), value, stops));
    const result = new State(values, new Map(), this.#commonOutcomes(next));
    for (const [key, fact] of this.#facts) {
      const now = next.#facts.get(key);
      if (now === undefined) continue;
      const range = widen(fact.range, now.range);
      if (!within(result.#plain(fact.form), range)) result.#facts.set(key, { form: fact.form, range });
    }
    return result;
  }

  /** Whether everything known here also holds in `other`. */
  covers(other: State): boolean {
    for (const [place, value] of this.#values) if (!within(other.value(place), value)) return false;
    for (const [key, fact] of this.#facts) if (!within(other.#factRange(key, fact), fact.range)) return false;
    return this.#commonOutcomes(other).size === this.#outcomes.size;
  }

  #factRange(key: string, fact: Fact): Interval {
    return this.#facts.get(key)?.range ?? this.bound(fact.form, 1);
  }

  #shift(place: Place, step: number): void {
    for (const [key, fact] of this.#facts) {
      const factor = fact.form.terms.get(place);
      if (factor) this.#facts.set(key, { form: fact.form, range: add(fact.range, exactly(factor * step)) });
    }
  }

  /** Adds that the terms of `form`, without its constant, lie in `range`. */
  #addFact(form: Linear, range: Interval): void {
    const { key, sign } = canonical(form);
    const oriented = combine(constantForm(0), { terms: form.terms, constant: 0 }, sign);
    const known = this.#facts.get(key)?.range ?? EVERYTHING;
    const narrowed = meet(known, sign > 0 ? range : scale(range, -1));
    if (narrowed && !equals(narrowed, known)) this.#facts.set(key, { form: oriented, range: narrowed });
  }

  /** The range of a sum from the places' ranges alone. */
  #plain(form: Linear): Interval {
    let sum = exactly(form.constant);
    for (const [place, factor] of form.terms) sum = add(sum, scale(this.value(place), factor));
    return sum;
  }

  #upper(form: Linear, steps: number): number {
    let best = this.#plain(form).max;
    if (steps === 0 || form.terms.size === 0) return best;
    for (const fact of this.#facts.values()) {
      for (const sign of [1, -1]) {
        const limit = sign > 0 ? fact.range.max : -fact.range.min;
        if (!Number.isFinite(limit) || !sharesDirection(form, fact.form, sign)) continue;
        const rest = combine(form, fact.form, -sign);
        if (rest.terms.size > MAX_TERMS) continue;
        best = Math.min(best, limit + this.#upper(rest, steps - 1));
      }
    }
    return best;
  }
}

/** Whether taking the fact away from the form removes a term or shrinks it. */
function sharesDirection(form: Linear, fact: Linear, sign: number): boolean {
  for (const [place, factor] of fact.terms) if ((form.terms.get(place) ?? 0) * factor * sign > 0) return true;
  return false;
}
