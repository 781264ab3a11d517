#include "day.h"

/* Reads exactly `n` digits and moves past them; -1 when they are not. */
static int
take_digits(const char **text, size_t n)
{
	int value = 0;

	for (; n > 0; n--, (*text)++) {
		if (!g_ascii_isdigit(**text))
			return -1;
		value = value * 10 + g_ascii_digit_value(**text);
	}
	return value;
}

static bool
take_hyphen(const char **text)
{
	if (**text != '-')
		return false;
	(*text)++;
	return true;
}

/* Reads the "MM-DD" that must end the text. */
static bool
parse_in_year(const char *text, int year, int *month, int *day)
{
	*month = take_digits(&text, 2);
	if (*month < 0 || !take_hyphen(&text))
		return false;
	*day = take_digits(&text, 2);
	return *day > 0 && *text == '\0' &&
	       g_date_valid_dmy((GDateDay)*day, (GDateMonth)*month,
				(GDateYear)year);
}

bool
month_day_parse(const char *text, int *md)
{
	const int leap_year = 2000;
	int month;
	int day;

	if (!parse_in_year(text, leap_year, &month, &day))
		return false;
	*md = month * 100 + day;
	return true;
}

bool
day_parse(const char *text, Day *day)
{
	int year = take_digits(&text, 4);
	int month;
	int day_of_month;

	if (year < CALENDAR_FIRST_YEAR || year > CALENDAR_LAST_YEAR)
		return false;
	if (!take_hyphen(&text) ||
	    !parse_in_year(text, year, &month, &day_of_month))
		return false;
	*day = day_from_ymd(year, month, day_of_month);
	return true;
}
