/* sum.c - sums of products, and expressions as such.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "calculus/form.h"

/* ---- single forms ---- */

static const Sum *sum_new(Algebra *algebra, const Product *const *term, uint32_t count) {
  Sum *sum = form_new(algebra, sizeof *sum);
  *sum = (Sum){.term = term, .count = count};
  for (uint32_t i = 0; i < count; i++) {
    sum->hash += hash_mix(term[i]->hash + 7 * hash_rational(term[i]->coefficient));
    sum->varies |= term[i]->varies;
    sum->weight += term[i]->weight;
  }
  return sum;
}

/* A product of several terms to the power 1, and nothing but a sign: a sum in ( ). */
static const Sum *bare_sum(const Product *product) {
  if (product->count != 1) return NULL;
  const Factor *factor = &product->factor[0];
  bool bare = factor->sum && !factor->exponent && rational_is(factor->power, 1);
  bool sign = rational_is(product->coefficient, 1) || rational_is(product->coefficient, -1);
  return bare && sign ? factor->sum : NULL;
}

/* The product with [part] in the place of factor [at]. */
static const Product *product_replace(Algebra *algebra, const Product *product, uint32_t at,
                                      const Product *part) {
  const Product *left = product_new(algebra, product->coefficient, product->factor, at);
  const Product *right =
      product_new(algebra, rational_whole(1), product->factor + at + 1, product->count - at - 1);
  return product_multiply(algebra, product_multiply(algebra, left, part), right);
}

/* 2(2x + 4)/3 as 4(x + 2)/3: the number in front takes what the terms of a sum share, and the
 * minus if all have it. A fraction is not pulled out where there was no number before. */
static const Product *pull_content(Algebra *algebra, const Product *product) {
  for (uint32_t i = 0; i < product->count; i++) {
    Factor factor = product->factor[i];
    bool above = rational_is(factor.power, 1), below = rational_is(factor.power, -1);
    if (!factor.sum || factor.sum->count < 2 || factor.exponent || !(above || below)) continue;
    Rational content = sum_content(factor.sum);
    bool bare = rational_is(product->coefficient, 1) || rational_is(product->coefficient, -1);
    if (rational_is(content, 1) || (bare && (product->count < 2 || !rational_is_whole(content)))) continue;
    const Product *inner = sum_product(algebra, sum_scale(algebra, factor.sum, rational_inverse(content)));
    inner = product_scale(algebra, inner, content);
    if (below) inner = product_power(algebra, inner, -1);
    return pull_content(algebra, product_replace(algebra, product, i, inner));
  }
  return product;
}

const Sum *sum_of_product(Algebra *algebra, const Product *product) {
  if (product->coefficient.value == 0) return sum_new(algebra, NULL, 0);
  const Sum *sum = bare_sum(product);
  bool one = rational_is(product->coefficient, 1);
  if (sum && one) return sum;
  if (algebra->generous && !sum) product = pull_content(algebra, product);
  const Product **term = form_new(algebra, sizeof(const Product *));
  term[0] = product;
  return sum_new(algebra, term, 1);
}

const Sum *sum_number(Algebra *algebra, Rational number) {
  return sum_of_product(algebra, product_new(algebra, number, NULL, 0));
}

const Sum *sum_whole(Algebra *algebra, int64_t number) {
  return sum_number(algebra, rational_whole(number));
}

const Sum *sum_of_factor(Algebra *algebra, Factor factor) {
  Factor *copy = form_new(algebra, sizeof *copy);
  *copy = factor;
  return sum_of_product(algebra, product_new(algebra, rational_whole(1), copy, 1));
}

const Sum *sum_of_atom(Algebra *algebra, const Atom *atom) {
  return sum_of_factor(algebra, factor_of_atom(atom));
}

const Product *sum_product(Algebra *algebra, const Sum *sum) {
  if (sum->count == 1) return sum->term[0];
  if (sum->count == 0) return product_new(algebra, rational_whole(0), NULL, 0);
  Factor *factor = form_new(algebra, sizeof *factor);
  *factor = factor_of_sum(sum);
  return product_new(algebra, rational_whole(1), factor, 1);
}

const Sum *sum_scale(Algebra *algebra, const Sum *sum, Rational by) {
  SumBuilder builder = {0};
  for (uint32_t i = 0; i < sum->count; i++)
    summing_add(algebra, &builder, product_scale(algebra, sum->term[i], by));
  return summing_finish(algebra, &builder);
}

const Sum *sum_negate(Algebra *algebra, const Sum *sum) {
  if (!sum->count) return sum;
  return sum_of_product(algebra, product_scale(algebra, sum_product(algebra, sum), rational_whole(-1)));
}

/* ---- collecting terms ---- */

static void summing_reserve(Algebra *algebra, SumBuilder *builder) {
  if (builder->count < builder->capacity) return;
  uint32_t capacity = builder->capacity ? 2 * builder->capacity : 8;
  const Product **term = form_new(algebra, capacity * sizeof(const Product *));
  bool *merged = form_new(algebra, capacity * sizeof *merged);
  if (builder->count) {
    memcpy(term, builder->term, builder->count * sizeof(const Product *));
    memcpy(merged, builder->merged, builder->count * sizeof *merged);
  }
  *builder = (SumBuilder){term, merged, builder->count, capacity};
}

void summing_remove(SumBuilder *builder, uint32_t at) {
  uint32_t rest = builder->count - at - 1;
  memmove(builder->term + at, builder->term + at + 1, rest * sizeof(const Product *));
  memmove(builder->merged + at, builder->merged + at + 1, rest * sizeof *builder->merged);
  builder->count--;
}

static void summing_merge(Algebra *algebra, SumBuilder *builder, uint32_t at, Rational more) {
  const Product *old = builder->term[at];
  Rational coefficient = rational_add(old->coefficient, more);
  if (coefficient.value == 0) {
    summing_remove(builder, at);
    return;
  }
  const Product *term = product_new(algebra, coefficient, old->factor, old->count);
  if (bare_sum(term)) {
    summing_remove(builder, at);
    summing_add(algebra, builder, term);
    return;
  }
  builder->term[at] = term;
  builder->merged[at] = true;
}

void summing_add(Algebra *algebra, SumBuilder *builder, const Product *term) {
  if (term->coefficient.value == 0) return;
  const Sum *sum = bare_sum(term);
  if (sum) {
    summing_add_sum(algebra, builder, sum, rational_sign(term->coefficient) < 0);
    return;
  }
  for (uint32_t i = 0; i < builder->count; i++) {
    if (builder->term[i]->hash != term->hash) continue;
    summing_merge(algebra, builder, i, term->coefficient);
    return;
  }
  summing_reserve(algebra, builder);
  builder->term[builder->count] = term;
  builder->merged[builder->count++] = false;
}

void summing_add_sum(Algebra *algebra, SumBuilder *builder, const Sum *sum, bool negative) {
  Rational sign = rational_whole(negative ? -1 : 1);
  for (uint32_t i = 0; i < sum->count; i++)
    summing_add(algebra, builder, negative ? product_scale(algebra, sum->term[i], sign) : sum->term[i]);
}

/* ---- order ---- */

static void summing_move(SumBuilder *builder, uint32_t from, uint32_t to) {
  const Product *term = builder->term[from];
  for (; from < to; from++) builder->term[from] = builder->term[from + 1];
  for (; from > to; from--) builder->term[from] = builder->term[from - 1];
  builder->term[to] = term;
}

/* -1 + x reads x - 1, and what became -x^2 + 1 reads 1 - x^2; a minus in front that was typed stays
 * unless [always]. */
void summing_arrange(SumBuilder *builder, bool always) {
  uint32_t positive = 0;
  while (positive < builder->count && rational_sign(builder->term[positive]->coefficient) < 0) positive++;
  if (positive == 0 || positive == builder->count) return;
  if (builder->term[0]->count == 0) summing_move(builder, 0, builder->count - 1);
  else if (always || builder->merged[0]) summing_move(builder, positive, 0);
}

const Sum *summing_finish(Algebra *algebra, SumBuilder *builder) {
  summing_shorten(algebra, builder);
  summing_arrange(builder, false);
  if (builder->count == 1) return sum_of_product(algebra, builder->term[0]);
  return sum_new(algebra, builder->term, builder->count);
}

/* ---- arithmetic ---- */

const Sum *sum_add(Algebra *algebra, const Sum *a, const Sum *b) {
  SumBuilder builder = {0};
  summing_add_sum(algebra, &builder, a, false);
  summing_add_sum(algebra, &builder, b, false);
  return summing_finish(algebra, &builder);
}

const Sum *sum_multiply(Algebra *algebra, const Sum *a, const Sum *b) {
  if (!a->count || !b->count) return sum_whole(algebra, 0);
  algebra_descend(algebra);
  const Product *product =
      product_multiply(algebra, sum_product(algebra, a), sum_product(algebra, b));
  const Sum *sum = sum_of_product(algebra, product);
  algebra_ascend(algebra);
  return sum;
}

const Sum *sum_divide(Algebra *algebra, const Sum *a, const Sum *b) {
  return sum_multiply(algebra, a, sum_power(algebra, b, sum_whole(algebra, -1), STYLE_POWER));
}

/* ---- powers ---- */

static const Sum *factor_value(Algebra *algebra, const Factor *factor) {
  bool whole = !factor->exponent && rational_is_whole(factor->power);
  if (!whole || !factor->sum) return sum_of_factor(algebra, *factor);
  return sum_power(algebra, factor->sum, sum_number(algebra, factor->power), STYLE_POWER);
}

/* b^r where r is not whole: the powers of a single positive or fractional base nest. */
static const Sum *fractional_power(Algebra *algebra, const Sum *base, Rational r, Style style) {
  Rational number, root;
  if (sum_is_number(base, &number) && rational_equal(r, rational_ratio(1, 2)) &&
      rational_root(number, &root))
    return sum_number(algebra, root);
  Factor factor = factor_of_sum(base);
  factor.power = r;
  const Product *product = base->count == 1 ? base->term[0] : NULL;
  if (product && product->count == 1 && rational_is(product->coefficient, 1)) {
    const Factor *inner = &product->factor[0];
    Rational both = rational_multiply(inner->power, r);
    bool numbers = !inner->exponent;
    bool fraction = numbers && !rational_is_whole(inner->power) && !rational_is_whole(both);
    if (factor_is_positive(inner) && !numbers) {
      factor = *inner;
      factor.exponent = sum_multiply(algebra, inner->exponent, sum_number(algebra, r));
    } else if (numbers && (fraction || rational_is(inner->power, 1) || factor_is_positive(inner))) {
      factor = *inner;
      factor.power = both;
    }
  }
  factor.style = style;
  return factor_value(algebra, &factor);
}

static const Sum *symbolic_power(Algebra *algebra, const Sum *base, const Sum *exponent) {
  Rational number;
  if (sum_is_number(base, &number) && rational_is(number, 1)) return base;
  const Product *product = base->count == 1 ? base->term[0] : NULL;
  Factor factor = factor_of_sum(base);
  if (product && product->count == 1 && rational_is(product->coefficient, 1)) {
    const Factor *inner = &product->factor[0];
    bool plain = !inner->exponent && rational_is(inner->power, 1);
    if (plain || factor_is_positive(inner)) {
      factor = *inner;
      const Sum *old = inner->exponent ? inner->exponent : sum_number(algebra, inner->power);
      exponent = sum_multiply(algebra, old, exponent);
    }
  }
  factor.power = rational_whole(1);
  factor.exponent = sum_is_number(exponent, &factor.power) ? NULL : exponent;
  return factor_value(algebra, &factor);
}

const Sum *sum_power(Algebra *algebra, const Sum *base, const Sum *exponent, Style style) {
  Rational number;
  if (!sum_is_number(exponent, &number)) return symbolic_power(algebra, base, exponent);
  if (!rational_is_whole(number)) return fractional_power(algebra, base, number, style);
  if (number.top == 1) return base;
  return sum_of_product(algebra, product_power(algebra, sum_product(algebra, base), number.top));
}
