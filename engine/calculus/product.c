/* product.c - products of powers.
 *
 * Like powers are joined when the result is the same number at every point where the product has one:
 * x*x^2 is x^3 and x/x^3 is 1/x^2, but x/x stays, for it has no value at 0, and so does √x*√x, for it
 * has none below. A generous algebra joins these too: a derivative rule makes 2x/x^2 only where the
 * function it came from had no value at 0 either.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "calculus/form.h"

static uint64_t factor_hash(const Factor *factor) {
  uint64_t power = factor->exponent ? hash_mix(factor->exponent->hash) : hash_rational(factor->power);
  return hash_mix(5 * factor->base_hash + power);
}

static uint32_t factor_weight(const Factor *factor) {
  uint32_t weight = factor->atom ? factor->atom->weight : factor->sum->weight;
  if (factor->exponent) return weight + factor->exponent->weight;
  return weight + !rational_is(factor->power, 1);
}

const Product *product_new(Algebra *algebra, Rational coefficient, const Factor *factor,
                           uint32_t count) {
  if (!isfinite(coefficient.value)) algebra_fail(algebra, "its numbers are too large for a formula");
  Product *product = form_new(algebra, sizeof *product);
  *product = (Product){.coefficient = coefficient, .factor = factor, .count = count};
  product->weight = 1u + (rational_is(coefficient, 1) || rational_is(coefficient, -1) ? 0u : 1u) + (count ? 0u : 1u);
  for (uint32_t i = 0; i < count; i++) {
    product->weight += factor_weight(&factor[i]);
    product->hash += factor_hash(&factor[i]);
    product->varies |= factor_varies(&factor[i]);
  }
  return product;
}

const Product *product_scale(Algebra *algebra, const Product *product, Rational by) {
  return product_new(algebra, rational_multiply(product->coefficient, by), product->factor,
                     product->count);
}

/* ---- powers of one base ---- */

/* Whether b^p*b^q is b^(p + q) at every point. */
static bool powers_join(Rational p, Rational q) {
  Rational both = rational_add(p, q);
  bool whole = rational_is_whole(p) && rational_is_whole(q);
  if (!whole && rational_is_whole(both)) return false;
  return rational_sign(p) == rational_sign(q) || rational_sign(both) < 0;
}

static const Sum *exponent_of(Algebra *algebra, const Factor *factor) {
  return factor->exponent ? factor->exponent : sum_number(algebra, factor->power);
}

static void set_exponent(Factor *factor, const Sum *exponent) {
  factor->power = rational_whole(1);
  factor->exponent = sum_is_number(exponent, &factor->power) ? NULL : exponent;
}

/* Multiplies [more] into [into] if they have one base and may be joined. */
static bool factor_join(Algebra *algebra, Factor *into, const Factor *more) {
  if (into->base_hash != more->base_hash) return false;
  bool free = algebra->generous || factor_is_positive(into), numbers = !into->exponent && !more->exponent;
  if (!free && (!numbers || !powers_join(into->power, more->power))) return false;
  if (into->style == STYLE_POWER) into->style = more->style;
  if (numbers) into->power = rational_add(into->power, more->power);
  else set_exponent(into, sum_add(algebra, exponent_of(algebra, into), exponent_of(algebra, more)));
  return true;
}

/* A factor that is a whole power of one product (a number, 2x) is not kept as one. */
static bool factor_dissolves(const Factor *factor) {
  if (factor->exponent || !rational_is_whole(factor->power)) return false;
  if (rational_is(factor->power, 0)) return true;
  Rational number;
  if (!factor->sum || factor->sum->count != 1) return false;
  if (!sum_is_number(factor->sum, &number)) return true;
  return rational_power(number, factor->power.top).bottom != 0;
}

static const Product *dissolved(Algebra *algebra, const Factor *factor) {
  if (rational_is(factor->power, 0)) return product_new(algebra, rational_whole(1), NULL, 0);
  return product_power(algebra, factor->sum->term[0], factor->power.top);
}

/* [count] factors and one more; the list has room for it. A factor that dissolves goes to *rest. */
static uint32_t factors_join(Algebra *algebra, Factor *list, uint32_t count, const Factor *more,
                             const Product **rest) {
  for (uint32_t i = 0; i < count; i++) {
    if (!factor_join(algebra, &list[i], more)) continue;
    if (!factor_dissolves(&list[i])) return count;
    const Product *part = dissolved(algebra, &list[i]);
    *rest = *rest ? product_multiply(algebra, *rest, part) : part;
    memmove(list + i, list + i + 1, (count - i - 1) * sizeof *list);
    return count - 1;
  }
  list[count] = *more;
  return count + 1;
}

const Product *product_multiply(Algebra *algebra, const Product *a, const Product *b) {
  if (!a->count || !b->count)
    return product_scale(algebra, a->count ? a : b, a->count ? b->coefficient : a->coefficient);
  algebra_descend(algebra);
  Factor *list = form_new(algebra, (a->count + b->count) * sizeof *list);
  memcpy(list, a->factor, a->count * sizeof *list);
  uint32_t count = a->count;
  const Product *rest = NULL;
  for (uint32_t i = 0; i < b->count; i++)
    count = factors_join(algebra, list, count, &b->factor[i], &rest);
  const Product *product =
      product_new(algebra, rational_multiply(a->coefficient, b->coefficient), list, count);
  if (rest) product = product_multiply(algebra, product, rest);
  algebra_ascend(algebra);
  return product;
}

/* ---- powers of products ---- */

/* Whether (b^p)^n is b^(p*n) at every point; 1/(1/x) is x at 0 too, where 1/x is infinite. */
static bool powers_nest(Rational p, int64_t n) {
  if (rational_is(p, 1)) return true;
  return rational_is_whole(p) || !rational_is_whole(rational_multiply(p, rational_whole(n)));
}

static Factor factor_power(Algebra *algebra, const Factor *factor, int64_t n) {
  Factor result = *factor;
  bool nests = factor->exponent ? n == -1 : powers_nest(factor->power, n);
  if (!nests && !algebra->generous && !factor_is_positive(factor)) {
    result = factor_of_sum(sum_of_factor(algebra, *factor));
    result.power = rational_whole(n);
  } else if (factor->exponent) {
    set_exponent(&result, sum_multiply(algebra, factor->exponent, sum_whole(algebra, n)));
  } else {
    result.power = rational_multiply(factor->power, rational_whole(n));
  }
  return result;
}

/* c^n, kept as a power when it does not fit. */
static const Product *number_power(Algebra *algebra, Rational number, int64_t n) {
  if (number.value == 0 && n < 0) algebra_fail(algebra, "it divides by zero");
  Rational result = rational_power(number, n);
  if (result.bottom || !number.bottom) return product_new(algebra, result, NULL, 0);
  Factor *factor = form_new(algebra, sizeof *factor);
  *factor = factor_of_sum(sum_number(algebra, number));
  factor->power = rational_whole(n);
  return product_new(algebra, rational_whole(1), factor, 1);
}

const Product *product_power(Algebra *algebra, const Product *base, int64_t n) {
  const Product *result = number_power(algebra, base->coefficient, n);
  if (!base->count || n == 0) return result;
  Factor *list = form_new(algebra, base->count * sizeof *list);
  const Product *rest = NULL;
  uint32_t count = 0;
  for (uint32_t i = 0; i < base->count; i++) {
    Factor factor = factor_power(algebra, &base->factor[i], n);
    count = factors_join(algebra, list, count, &factor, &rest);
  }
  const Product *factors = product_new(algebra, rational_whole(1), list, count);
  if (rest) factors = product_multiply(algebra, factors, rest);
  return product_multiply(algebra, result, factors);
}
