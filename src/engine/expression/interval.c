/*
 * interval.c
 *	  Intervals of whole months and days, and date arithmetic with them.
 *
 * Eligibility rules count in years, months and days; hours do not occur, and a
 * date plus such an interval is a date again.
 */
#include "postgres.h"

#include "utils/datetime.h"

#include "term.h"

#define INTERVAL_MAX	120000	/* months, or days times 31: ten thousand years */

typedef struct Unit
{
	const char *name;
	int			months;
	int			days;
} Unit;

static const Unit units[] = {
	{"year", 12, 0}, {"years", 12, 0},
	{"month", 1, 0}, {"months", 1, 0}, {"mon", 1, 0}, {"mons", 1, 0},
	{"week", 0, 7}, {"weeks", 0, 7},
	{"day", 0, 1}, {"days", 0, 1},
};

static const Unit *
find_unit(const char *name, int len)
{
	for (int i = 0; i < (int) lengthof(units); i++)
		if ((int) strlen(units[i].name) == len && strncmp(units[i].name, name, len) == 0)
			return &units[i];
	return NULL;
}

/* A list of numbers with units, such as "1 year -6 months"; reads no setting. */
bool
interval_parse(const char *text, int *months, int *days)
{
	int64		m = 0;
	int64		d = 0;
	int			parts = 0;

	for (;;)
	{
		char	   *end;
		long		n;
		const Unit *unit;
		int			len = 0;

		text += strspn(text, " ");
		if (*text == '\0')
			break;
		n = strtol(text, &end, 10);
		if (end == text || n > INTERVAL_MAX * 31L || n < -INTERVAL_MAX * 31L)
			return false;
		text = end + strspn(end, " ");
		while (text[len] >= 'a' && text[len] <= 'z')
			len++;
		unit = find_unit(text, len);
		if (unit == NULL)
			return false;
		text += len;
		m += n * unit->months;
		d += n * unit->days;
		parts++;
	}
	if (parts == 0 || llabs(m) > INTERVAL_MAX || llabs(d) > INTERVAL_MAX * INT64CONST(31))
		return false;
	*months = (int) m;
	*days = (int) d;
	return true;
}

/* The canonical text between the quotes. */
char *
interval_text(int months, int days)
{
	StringInfoData out;
	int			amounts[3] = {months / 12, months % 12, days};
	static const char *const names[3] = {"year", "month", "day"};

	initStringInfo(&out);
	for (int i = 0; i < 3; i++)
		if (amounts[i] != 0)
			appendStringInfo(&out, "%s%d %s%s", out.len > 0 ? " " : "", amounts[i],
							 names[i], amounts[i] == 1 || amounts[i] == -1 ? "" : "s");
	if (out.len == 0)
		appendStringInfoString(&out, "0 days");
	return out.data;
}

/* As timestamp + interval does: months first, to the month's last day at most. */
bool
date_add_interval(DateADT date, int months, int days, DateADT *result)
{
	int			year;
	int			month;
	int			day;
	int64		sum;

	j2date(date + POSTGRES_EPOCH_JDATE, &year, &month, &day);
	sum = (int64) year * 12 + (month - 1) + months;
	if (sum < 12 || sum >= 10000 * 12)
		return false;
	year = (int) (sum / 12);
	month = (int) (sum % 12) + 1;
	day = Min(day, day_tab[isleap(year)][month - 1]);
	sum = (int64) date2j(year, month, day) - POSTGRES_EPOCH_JDATE + days;
	if (sum < date2j(1, 1, 1) - POSTGRES_EPOCH_JDATE ||
		sum > date2j(9999, 12, 31) - POSTGRES_EPOCH_JDATE)
		return false;
	*result = (DateADT) sum;
	return true;
}

/* Completed months from one date to another, negative backwards. */
int
months_between(DateADT from, DateADT to)
{
	int			y1;
	int			m1;
	int			d1;
	int			y2;
	int			m2;
	int			d2;

	if (from > to)
		return -months_between(to, from);
	j2date(from + POSTGRES_EPOCH_JDATE, &y1, &m1, &d1);
	j2date(to + POSTGRES_EPOCH_JDATE, &y2, &m2, &d2);
	return (y2 - y1) * 12 + (m2 - m1) - (d2 < d1 ? 1 : 0);
}
