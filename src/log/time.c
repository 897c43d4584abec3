/* Times of entries, "2012-05-25T12:10:50.125-06:00" or with a "Z". */
#include <gpuvirt/log.h>

/* Cuts COUNT digits off *REST and returns their number; -1, nothing cut, for anything else. */
static int take_digits(struct gv_span *rest, size_t count)
{
	int number = 0;
	if (rest->len < count)
		return -1;
	for (size_t i = 0; i < count; i++) {
		char byte = rest->at[i];
		if (byte < '0' || byte > '9')
			return -1;
		number = number * 10 + (byte - '0');
	}
	*rest = gv_span_part(*rest, count, rest->len);
	return number;
}

/* Reads a number of COUNT digits in [LEAST, MOST], and END behind it unless that is 0. */
static bool take_number(struct gv_span *rest, size_t count, int least, int most, char end, int *out)
{
	*out = take_digits(rest, count);
	if (*out < least || *out > most)
		return false;
	if (end == '\0')
		return true;
	if (rest->len == 0 || rest->at[0] != end)
		return false;
	*rest = gv_span_part(*rest, 1, rest->len);
	return true;
}

/* Days from 1970-01-01, by the rules of today's calendar. */
static int64_t days_since_1970(int year, int month, int day)
{
	static const int before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
	int64_t past = year - 1; /* whole years */
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	int64_t days = past * 365 + past / 4 - past / 100 + past / 400;
	return days - 719162 + before[month - 1] + (leap && month > 2) + day - 1;
}

/* Minutes that the zone at the end of a time is ahead of UTC. */
static bool read_zone(struct gv_span rest, int *minutes)
{
	int hour;
	int minute;
	bool west = rest.len > 0 && rest.at[0] == '-';
	*minutes = 0;
	if (rest.len == 1 && rest.at[0] == 'Z')
		return true;
	if (!west && (rest.len == 0 || rest.at[0] != '+'))
		return false;
	rest = gv_span_part(rest, 1, rest.len);
	if (!take_number(&rest, 2, 0, 23, ':', &hour) ||
	    !take_number(&rest, 2, 0, 59, '\0', &minute) || rest.len > 0)
		return false;
	*minutes = (hour * 60 + minute) * (west ? -1 : 1);
	return true;
}

bool gv_log_time(struct gv_span time, uint64_t *out)
{
	int year, month, day, hour, minute, second, milli, ahead;
	if (!take_number(&time, 4, 1971, 9999, '-', &year) ||
	    !take_number(&time, 2, 1, 12, '-', &month) ||
	    !take_number(&time, 2, 1, 31, 'T', &day) || !take_number(&time, 2, 0, 23, ':', &hour) ||
	    !take_number(&time, 2, 0, 59, ':', &minute) ||
	    !take_number(&time, 2, 0, 60, '.', &second) ||
	    !take_number(&time, 3, 0, 999, '\0', &milli))
		return false;
	if (!read_zone(time, &ahead))
		return false;
	int64_t minutes = days_since_1970(year, month, day) * 1440 + hour * 60 + minute - ahead;
	uint64_t millis = ((uint64_t)minutes * 60 + (uint64_t)second) * 1000 + (uint64_t)milli;
	*out = millis * 1000000;
	return true;
}
