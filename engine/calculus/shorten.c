/* shorten.c - sums made shorter: by multiplying out, by taking out, by the squares of sine and cosine.
 *
 * A product is multiplied out only where terms then meet and less is left to read: 2x*(x^2 + 1) - 2x^3 is
 * 2x, while x*(x^2 + 1) and -2(1 - x) + y stay. In derivatives a sum that all terms have as a factor is
 * taken out: 2x*(x + 1)^2 + 2x^2*(x + 1) is 2x*(x + 1)*(2x + 1).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "calculus/form.h"

enum {
  SHORTEN_TERMS = 24,   /* past this a sum is not searched: trying all pairs would take too long */
  SHORTEN_PRODUCT = 48, /* the most terms one product may become */
  SHORTEN_POWER = 4,    /* the highest power of a sum that is */
  SHORTEN_GAIN = 3     /* weight that multiplying out must save, for ( ) are read easily */
};

/* The power of a sum that can be multiplied out, or 0. */
static int64_t sum_times(const Factor *factor) {
  if (!factor->sum || factor->sum->count < 2 || factor->exponent || !rational_is_whole(factor->power)) return 0;
  return factor->power.top > 0 && factor->power.top <= SHORTEN_POWER ? factor->power.top : 0;
}

/* ---- multiplying out ---- */

typedef struct Terms {
  const Product **term; /* NULL: nothing to multiply out */
  uint32_t count;
} Terms;

/* How many terms the product has multiplied out; 1 when there is nothing to do or too much. */
static uint32_t expanded_count(const Product *product) {
  uint32_t count = 1;
  for (uint32_t i = 0; i < product->count; i++) {
    const Factor *factor = &product->factor[i];
    for (int64_t k = sum_times(factor); k > 0; k--) {
      if (factor->sum->count > SHORTEN_PRODUCT / count) return 1;
      count *= factor->sum->count;
    }
  }
  return count;
}

/* Multiplies every one of [count] terms by every term of the sum; the list has room. */
static uint32_t multiply_out(Algebra *algebra, const Product **term, uint32_t count, const Sum *sum) {
  for (uint32_t j = count * sum->count; j-- > 0;)
    term[j] = product_multiply(algebra, term[j / sum->count], sum->term[j % sum->count]);
  return count * sum->count;
}

static Terms expanded(Algebra *algebra, const Product *product) {
  uint32_t count = expanded_count(product), others = 0;
  if (count == 1) return (Terms){0};
  Factor *other = form_new(algebra, product->count * sizeof *other);
  for (uint32_t i = 0; i < product->count; i++)
    if (!sum_times(&product->factor[i])) other[others++] = product->factor[i];
  const Product **term = form_new(algebra, count * sizeof(const Product *));
  term[0] = product_new(algebra, product->coefficient, other, others);
  uint32_t done = 1;
  for (uint32_t i = 0; i < product->count; i++)
    for (int64_t k = sum_times(&product->factor[i]); k > 0; k--)
      done = multiply_out(algebra, term, done, product->factor[i].sum);
  return (Terms){term, done};
}

static uint32_t summing_weight(const SumBuilder *builder) {
  uint32_t weight = 0;
  for (uint32_t i = 0; i < builder->count; i++) weight += builder->term[i]->weight;
  return weight;
}

/* A try: terms [a] and [b] multiplied out, or all when a is the number of terms. */
static SumBuilder try_expansion(Algebra *algebra, const SumBuilder *from, const Terms *terms, uint32_t a,
                                uint32_t b, uint32_t *weight) {
  SumBuilder builder = {0};
  uint32_t before = 0, used = 0;
  for (uint32_t i = 0; i < from->count; i++) {
    bool expand = terms[i].term && (i == a || i == b || a == from->count);
    if (!expand) summing_add(algebra, &builder, from->term[i]);
    for (uint32_t j = 0; expand && j < terms[i].count; j++)
      summing_add(algebra, &builder, terms[i].term[j]);
    before += expand ? terms[i].count : 1;
    used += expand;
  }
  bool met = builder.count < before;
  *weight = met ? summing_weight(&builder) + SHORTEN_GAIN * used : UINT32_MAX;
  return builder;
}

/* Multiplies out what shortens the sum most: one term, two, or all. Returns whether anything does. */
static bool expand_best(Algebra *algebra, SumBuilder *builder) {
  Terms terms[SHORTEN_TERMS];
  uint32_t candidates = 0, best = summing_weight(builder);
  for (uint32_t i = 0; i < builder->count; i++) {
    terms[i] = expanded(algebra, builder->term[i]);
    candidates += terms[i].term != NULL;
  }
  if (!candidates) return false;
  SumBuilder old = *builder;
  for (uint32_t a = 0; a <= old.count; a++) {
    if (a < old.count && !terms[a].term) continue;
    for (uint32_t b = a; b < old.count || b == a; b++) {
      if (b < old.count && !terms[b].term) continue;
      uint32_t weight;
      SumBuilder tried = try_expansion(algebra, &old, terms, a, b, &weight);
      if (weight >= best) continue;
      best = weight;
      *builder = tried;
    }
  }
  return builder->term != old.term;
}

/* ---- sin(u)^2 + cos(u)^2, cosh(u)^2 - sinh(u)^2 ---- */

typedef struct Identity {
  const char *first, *second; /* first(u)^2 + sign*second(u)^2 is 1 */
  int sign;
} Identity;

static const Identity identities[] = {{"sin", "cos", 1}, {"cosh", "sinh", -1}};

/* The product without name(u)^2; *argument receives the hash of u. */
static const Product *without_square(Algebra *algebra, const Product *product, const char *name,
                                     uint64_t *argument) {
  for (uint32_t i = 0; i < product->count; i++) {
    Factor factor = product->factor[i];
    bool call = factor.atom && factor.atom->kind == ATOM_CALL &&
                symbol_is(factor.atom->node->child[0]->symbol, name) && factor.atom->count == 1;
    if (!call || factor.exponent || !rational_is_whole(factor.power) || factor.power.top < 2) continue;
    *argument = factor.atom->argument[0]->hash;
    Factor *list = form_new(algebra, product->count * sizeof *list);
    uint32_t count = 0;
    for (uint32_t j = 0; j < product->count; j++)
      if (j != i || factor.power.top > 2) list[count++] = product->factor[j];
    if (factor.power.top > 2) list[i].power = rational_whole(factor.power.top - 2);
    return product_new(algebra, product->coefficient, list, count);
  }
  return NULL;
}

static bool join_pair(Algebra *algebra, SumBuilder *builder, const Identity *identity, uint32_t i) {
  uint64_t u, v;
  const Product *first = without_square(algebra, builder->term[i], identity->first, &u);
  for (uint32_t j = 0; first && j < builder->count; j++) {
    const Product *second =
        i == j ? NULL : without_square(algebra, builder->term[j], identity->second, &v);
    if (!second || u != v || first->hash != second->hash) continue;
    Rational number = rational_multiply(second->coefficient, rational_whole(identity->sign));
    if (!rational_equal(first->coefficient, number)) continue;
    summing_remove(builder, i > j ? i : j);
    summing_remove(builder, i > j ? j : i);
    summing_add(algebra, builder, first);
    return true;
  }
  return false;
}

static bool join_squares(Algebra *algebra, SumBuilder *builder) {
  for (size_t k = 0; k < sizeof identities / sizeof identities[0]; k++)
    for (uint32_t i = 0; i < builder->count; i++)
      if (join_pair(algebra, builder, &identities[k], i)) return true;
  return false;
}

/* ---- taking out ---- */

static int64_t common_divisor(int64_t a, int64_t b) {
  while (b) {
    int64_t rest = a % b;
    a = b;
    b = rest;
  }
  return a < 0 ? -a : a;
}

static Rational content_of(const Product *const *term, uint32_t count) {
  int64_t top = 0, bottom = 1;
  bool negative = true;
  for (uint32_t i = 0; i < count; i++) {
    Rational number = term[i]->coefficient;
    int64_t more;
    negative = negative && number.top < 0;
    if (!number.bottom || number.decimal) return rational_whole(1);
    top = common_divisor(top, number.top);
    if (__builtin_mul_overflow(bottom, number.bottom / common_divisor(bottom, number.bottom), &more))
      return rational_whole(1);
    bottom = more;
  }
  return rational_ratio(negative ? -top : top, bottom);
}

Rational sum_content(const Sum *sum) { return content_of(sum->term, sum->count); }

/* Lowers the power of [common] to what [product] shares of it: the one nearer to 0; 0 if it shares none. */
static void lower_power(const Product *product, Factor *common) {
  for (uint32_t i = 0; i < product->count; i++) {
    const Factor *factor = &product->factor[i];
    if (factor->base_hash != common->base_hash) continue;
    bool numbers = !factor->exponent && !common->exponent;
    bool same = numbers ? rational_equal(factor->power, common->power)
                        : factor->exponent && common->exponent &&
                              factor->exponent->hash == common->exponent->hash;
    if (same) return;
    bool whole = numbers && rational_is_whole(factor->power) && rational_is_whole(common->power);
    if (!whole || (factor->power.top > 0) != (common->power.top > 0)) continue;
    if (llabs(factor->power.top) < llabs(common->power.top)) common->power = factor->power;
    return;
  }
  common->exponent = NULL;
  common->power = rational_whole(0);
}

/* What all terms have as factors, or NULL when no sum above the line is among it. */
static const Product *common_factors(Algebra *algebra, const SumBuilder *builder) {
  const Product *first = builder->term[0];
  Factor *list = form_new(algebra, first->count * sizeof *list);
  uint32_t count = 0;
  bool sums = false;
  for (uint32_t i = 0; i < first->count; i++) {
    Factor common = first->factor[i];
    for (uint32_t j = 1; j < builder->count; j++) lower_power(builder->term[j], &common);
    if (!common.exponent && rational_is(common.power, 0)) continue;
    bool sum = common.sum && common.sum->count > 1 && !common.exponent;
    sums = sums || (sum && rational_is_whole(common.power) && common.power.top > 0);
    list[count++] = common;
  }
  return sums ? product_new(algebra, content_of(builder->term, builder->count), list, count) : NULL;
}

static bool take_out(Algebra *algebra, SumBuilder *builder) {
  const Product *common = builder->count > 1 ? common_factors(algebra, builder) : NULL;
  if (!common) return false;
  const Product *inverse = product_power(algebra, common, -1);
  SumBuilder rest = {0};
  for (uint32_t i = 0; i < builder->count; i++)
    summing_add(algebra, &rest, product_multiply(algebra, builder->term[i], inverse));
  summing_arrange(&rest, true);
  const Sum *inner = summing_finish(algebra, &rest);
  *builder = (SumBuilder){0};
  if (inner->count)
    summing_add(algebra, builder, product_multiply(algebra, common, sum_product(algebra, inner)));
  return true;
}

void summing_shorten(Algebra *algebra, SumBuilder *builder) {
  algebra_descend(algebra);
  if (builder->count <= SHORTEN_TERMS) {
    while (join_squares(algebra, builder)) continue;
    bool taken = algebra->generous && take_out(algebra, builder);
    while (!taken && builder->count > 1 && builder->count <= SHORTEN_TERMS && expand_best(algebra, builder))
      continue;
    while (join_squares(algebra, builder)) continue;
  }
  algebra_ascend(algebra);
}
