/* duration: lengths of time on the clock, "14 days". */
#ifndef LOKET_CONFIG_DURATION_H
#define LOKET_CONFIG_DURATION_H

#include <stdbool.h>
#include <stdint.h>

/* The longest that can be meant, in years. */
#define DURATION_MAX_YEARS 100

/*
 * Reads a whole number and a unit: seconds, minutes, hours, days, weeks,
 * months of 30 days or years of 365, singular or plural, in any case. False,
 * with *seconds untouched, for anything else and past DURATION_MAX_YEARS.
 */
bool duration_parse(const char *text, int64_t *seconds);

#endif
