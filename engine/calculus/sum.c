/* sum.c - sums of products, and expressions as such.
 *
 * A product is multiplied out only where that lets terms meet: 2x*(x^2 + 1) - 2x^3 is 2x, while
 * x*(x^2 + 1) stays.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <assert.h>
#include <string.h>

#include "calculus/form.h"

enum { EXPAND_TERMS = 64 }; /* past this a sum is not searched for what could be multiplied out */

/* ---- single forms ---- */

static const Sum *sum_new(Algebra *algebra, const Product *const *term, uint32_t count) {
  Sum *sum = form_new(algebra, sizeof *sum);
  *sum = (Sum){.term = term, .count = count};
  for (uint32_t i = 0; i < count; i++) {
    sum->hash += hash_mix(term[i]->hash + 7 * hash_rational(term[i]->coefficient));
    sum->varies |= term[i]->varies;
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

const Sum *sum_of_product(Algebra *algebra, const Product *product) {
  if (product->coefficient.value == 0) return sum_new(algebra, NULL, 0);
  const Sum *sum = bare_sum(product);
  if (sum) return rational_is(product->coefficient, 1) ? sum : sum_negate(algebra, sum);
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

const Sum *sum_negate(Algebra *algebra, const Sum *sum) {
  const Product **term = form_new(algebra, sum->count * sizeof(const Product *));
  for (uint32_t i = 0; i < sum->count; i++)
    term[i] = product_scale(algebra, sum->term[i], rational_whole(-1));
  return sum_new(algebra, term, sum->count);
}

/* ---- collecting terms ---- */

static void builder_reserve(Algebra *algebra, SumBuilder *builder) {
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

static void builder_remove(SumBuilder *builder, uint32_t at) {
  uint32_t rest = builder->count - at - 1;
  memmove(builder->term + at, builder->term + at + 1, rest * sizeof(const Product *));
  memmove(builder->merged + at, builder->merged + at + 1, rest * sizeof *builder->merged);
  builder->count--;
}

static void builder_merge(Algebra *algebra, SumBuilder *builder, uint32_t at, Rational more) {
  const Product *old = builder->term[at];
  Rational coefficient = rational_add(old->coefficient, more);
  if (coefficient.value == 0) {
    builder_remove(builder, at);
    return;
  }
  builder->term[at] = product_new(algebra, coefficient, old->factor, old->count);
  builder->merged[at] = true;
}

void builder_add(Algebra *algebra, SumBuilder *builder, const Product *term) {
  if (term->coefficient.value == 0) return;
  const Sum *sum = bare_sum(term);
  if (sum) {
    builder_add_sum(algebra, builder, sum, rational_sign(term->coefficient) < 0);
    return;
  }
  for (uint32_t i = 0; i < builder->count; i++) {
    if (builder->term[i]->hash != term->hash) continue;
    builder_merge(algebra, builder, i, term->coefficient);
    return;
  }
  builder_reserve(algebra, builder);
  builder->term[builder->count] = term;
  builder->merged[builder->count++] = false;
}

void builder_add_sum(Algebra *algebra, SumBuilder *builder, const Sum *sum, bool negative) {
  Rational sign = rational_whole(negative ? -1 : 1);
  for (uint32_t i = 0; i < sum->count; i++)
    builder_add(algebra, builder, negative ? product_scale(algebra, sum->term[i], sign) : sum->term[i]);
}

/* ---- multiplying out ---- */

/* The only sum among the factors above the line, if it has the power 1. */
static const Factor *expandable(const Product *product) {
  const Factor *found = NULL;
  for (uint32_t i = 0; i < product->count; i++) {
    const Factor *factor = &product->factor[i];
    if (!factor->sum || factor->sum->count < 2 || rational_sign(factor->power) < 0) continue;
    if (found || factor->exponent || !rational_is(factor->power, 1)) return NULL;
    found = factor;
  }
  return found && found->sum->count <= EXPAND_TERMS ? found : NULL;
}

/* The terms of the product multiplied out, or NULL when it has nothing to multiply out. */
static const Product **expanded(Algebra *algebra, const Product *product, uint32_t *count) {
  const Factor *factor = expandable(product);
  if (!factor) return NULL;
  Factor *others = form_new(algebra, product->count * sizeof *others);
  uint32_t other_count = 0;
  for (uint32_t i = 0; i < product->count; i++)
    if (&product->factor[i] != factor) others[other_count++] = product->factor[i];
  const Product *rest = product_new(algebra, product->coefficient, others, other_count);
  *count = factor->sum->count;
  const Product **list = form_new(algebra, *count * sizeof(const Product *));
  for (uint32_t i = 0; i < *count; i++)
    list[i] = product_multiply(algebra, rest, factor->sum->term[i]);
  return list;
}

static bool any_meets(const Product *const *a, uint32_t a_count, const Product *const *b,
                      uint32_t b_count) {
  for (uint32_t i = 0; i < a_count; i++)
    for (uint32_t j = 0; j < b_count; j++)
      if (a[i]->hash == b[j]->hash) return true;
  return false;
}

/* The place of a term that, multiplied out, meets another term or one of another multiplied out. */
static bool find_expansion(Algebra *algebra, const SumBuilder *builder, uint32_t *at,
                           const Product ***list, uint32_t *length) {
  const Product **lists[EXPAND_TERMS];
  uint32_t lengths[EXPAND_TERMS];
  assert(builder->count <= EXPAND_TERMS);
  for (uint32_t i = 0; i < builder->count; i++)
    lists[i] = expanded(algebra, builder->term[i], &lengths[i]);
  for (uint32_t i = 0; i < builder->count; i++) {
    for (uint32_t j = 0; lists[i] && j < builder->count; j++) {
      bool meets = i != j && (any_meets(lists[i], lengths[i], &builder->term[j], 1) ||
                              (lists[j] && any_meets(lists[i], lengths[i], lists[j], lengths[j])));
      if (!meets) continue;
      *at = i;
      *list = lists[i];
      *length = lengths[i];
      return true;
    }
  }
  return false;
}

static void builder_expand(Algebra *algebra, SumBuilder *builder) {
  uint32_t at, length;
  const Product **list;
  while (builder->count > 1 && builder->count <= EXPAND_TERMS &&
         find_expansion(algebra, builder, &at, &list, &length)) {
    SumBuilder old = *builder;
    *builder = (SumBuilder){0};
    for (uint32_t i = 0; i < old.count; i++) {
      if (i != at) builder_add(algebra, builder, old.term[i]);
      for (uint32_t j = 0; i == at && j < length; j++) builder_add(algebra, builder, list[j]);
    }
  }
}

/* ---- order ---- */

static void builder_move(SumBuilder *builder, uint32_t from, uint32_t to) {
  const Product *term = builder->term[from];
  for (; from < to; from++) builder->term[from] = builder->term[from + 1];
  for (; from > to; from--) builder->term[from] = builder->term[from - 1];
  builder->term[to] = term;
}

/* -1 + x reads x - 1, and what became -x^2 + 1 reads 1 - x^2; a minus in front that was typed stays. */
static void builder_arrange(SumBuilder *builder) {
  uint32_t positive = 0;
  while (positive < builder->count && rational_sign(builder->term[positive]->coefficient) < 0) positive++;
  if (positive == 0 || positive == builder->count) return;
  if (builder->term[0]->count == 0) builder_move(builder, 0, builder->count - 1);
  else if (builder->merged[0]) builder_move(builder, positive, 0);
}

const Sum *builder_finish(Algebra *algebra, SumBuilder *builder) {
  builder_expand(algebra, builder);
  builder_arrange(builder);
  if (builder->count == 1) return sum_of_product(algebra, builder->term[0]);
  return sum_new(algebra, builder->term, builder->count);
}

/* ---- arithmetic ---- */

const Sum *sum_add(Algebra *algebra, const Sum *a, const Sum *b) {
  SumBuilder builder = {0};
  builder_add_sum(algebra, &builder, a, false);
  builder_add_sum(algebra, &builder, b, false);
  return builder_finish(algebra, &builder);
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
