/* table_field.h - one field of a table file: is it missing, is it a number, is it UTF-8.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_TABLE_FIELD_H
#define MML_TABLE_FIELD_H

#include <locale.h>
#include <stdbool.h>
#include <stddef.h>

/* How a number was written. */
typedef enum FieldShape { FIELD_NOT_A_NUMBER, FIELD_WHOLE, FIELD_POINT, FIELD_COMMA } FieldShape;

/* Whether the field stands for a missing value: empty, NA, NaN, NULL, a lone point and their kin.
 */
bool field_missing(const char *field, size_t length);

/* Reads a number written 1, -1.5, .5e-3, inf, or 1,5 if [comma] says so, correctly rounded whatever
 * the locale of the process. The byte after [field] must be readable and no part of a number;
 * [c_locale] is a locale_t of "C". */
FieldShape field_number(const char *field, size_t length, bool comma, locale_t c_locale,
                        double *number);

/* Whether the bytes are well-formed UTF-8. */
bool field_is_utf8(const char *field, size_t length);

/* Writes the field read as Latin-1 into [out] as UTF-8, at most twice as long; returns the length.
 */
size_t field_from_latin1(const char *field, size_t length, char *out);

#endif
