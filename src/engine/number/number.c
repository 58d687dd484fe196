/*
 * number.c
 *	  Decimals of 15 digits, and numeric arithmetic that never raises.
 *
 * The conversions go through numeric's text, and for numbers of few digits
 * through its stored form: the two forms of it that the server has to keep.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "../../compat.h"
#include "number.h"

const double number_pow10[23] = {
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13,
	1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22
};

#define U	FILTER_ULP
const double number_ulp[23] = {
	0, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U
};
#undef U

/* The significant digits of a number's plain text, and where they stand. */
typedef struct Digits
{
	bool		negative;
	const char *first;			/* first significant digit, or NULL for zero */
	int			count;			/* significant digits, trailing zeros left out */
	int			exponent;		/* of the last significant digit */
} Digits;

/* Find the significant digits in numeric's output text (never scientific). */
static Digits
find_digits(const char *text)
{
	Digits		d = {false, NULL, 0, 0};
	const char *last = NULL;
	const char *point;
	const char *end;

	if (*text == '-')
	{
		d.negative = true;
		text++;
	}
	point = strchr(text, '.');
	end = text + strlen(text);
	for (const char *c = text; c < end; c++)
	{
		if (*c == '.' || *c == '0')
			continue;
		if (d.first == NULL)
			d.first = c;
		last = c;
	}
	if (d.first == NULL)
		return d;
	d.count = (int) (last - d.first) + 1;
	if (point != NULL && d.first < point && last > point)
		d.count--;				/* the point stands among the digits */
	if (point == NULL)
		point = end;
	d.exponent = last < point ? (int) (point - last) - 1 : -(int) (last - point);
	return d;
}

/* Take at most DECIMAL_DIGITS digits, rounding half away from zero. */
static int64
take_digits(const Digits *d, int *dropped)
{
	int64		value = 0;
	int			taken = 0;
	int			seen = 0;

	*dropped = d->count > DECIMAL_DIGITS ? d->count - DECIMAL_DIGITS : 0;
	for (const char *c = d->first; seen < d->count; c++)
	{
		if (*c == '.')
			continue;
		if (taken == DECIMAL_DIGITS)
		{
			if (*c >= '5')
				value++;
			break;
		}
		value = value * 10 + (*c - '0');
		taken++;
		seen++;
	}
	return value;
}

/* Bring a decimal into its one form; false when its exponent does not fit. */
bool
decimal_normalise(Decimal *d)
{
	while (d->exponent < 0 && d->mantissa % 10 == 0)
	{
		if (d->mantissa == 0)
		{
			d->exponent = 0;
			return true;
		}
		d->mantissa /= 10;
		d->exponent++;
	}
	if (d->mantissa == DECIMAL_LIMIT || d->mantissa == -DECIMAL_LIMIT)
	{
		d->mantissa /= 10;
		d->exponent++;
	}
	while (d->exponent > 0 &&
		   d->mantissa * 10 < DECIMAL_LIMIT && d->mantissa * 10 > -DECIMAL_LIMIT)
	{
		d->mantissa *= 10;
		d->exponent--;
	}
	return d->exponent >= DECIMAL_EXP_MIN && d->exponent <= DECIMAL_EXP_MAX;
}

/*
 * The decimal of a numeric of at most 16 digits, from the stored form: a header
 * of 16 bits (short: sign, weight), or of 32, and digits of base 10,000.  That
 * form is what pg_upgrade carries from version to version.  False: not so plain.
 */
bool
decimal_from_stored(const struct varlena *stored, Decimal *result)
{
	const char *at = VARDATA_ANY(stored);
	int			size = VARSIZE_ANY_EXHDR(stored);
	uint16		header;
	int16		weight;
	int16		digit;
	bool		negative;
	int			count;

	memcpy(&header, at, sizeof(header));
	if ((header & 0xC000) == 0xC000)
		return false;			/* NaN or infinity */
	if (header & 0x8000)
	{
		negative = (header & 0x2000) != 0;
		weight = (int16) ((header & 0x003F) | ((header & 0x0040) ? ~0x003F : 0));
		at += sizeof(uint16);
		count = (size - (int) sizeof(uint16)) / (int) sizeof(int16);
	}
	else
	{
		negative = (header & 0xC000) == 0x4000;
		memcpy(&weight, at + sizeof(uint16), sizeof(weight));
		at += sizeof(uint16) + sizeof(int16);
		count = (size - (int) (sizeof(uint16) + sizeof(int16))) / (int) sizeof(int16);
	}
	if (count > 4)
		return false;
	result->mantissa = 0;
	for (int i = 0; i < count; i++)
	{
		memcpy(&digit, at + i * sizeof(int16), sizeof(digit));
		result->mantissa = result->mantissa * 10000 + digit;
	}
	result->exponent = count == 0 ? 0 : (weight - count + 1) * 4;
	while (result->mantissa >= DECIMAL_LIMIT && result->mantissa % 10 == 0)
	{
		result->mantissa /= 10;
		result->exponent++;
	}
	if (result->mantissa >= DECIMAL_LIMIT)
		return false;
	if (negative)
		result->mantissa = -result->mantissa;
	return decimal_normalise(result);
}

/* The decimal of a numeric, and whether it had to be rounded or refused. */
DecimalResult
decimal_from_numeric(Numeric num, Decimal *result)
{
	Digits		d;
	int			dropped;
	char	   *text;

	if (decimal_from_stored((const struct varlena *) num, result))
		return DECIMAL_OK;
	if (numeric_is_nan(num) || numeric_is_inf(num))
		return DECIMAL_NOT_FINITE;
	text = numeric_to_text(num);
	d = find_digits(text);
	result->mantissa = 0;
	result->exponent = 0;
	if (d.first != NULL)
	{
		if (d.count > DECIMAL_DIGITS && d.exponent >= 0)
			return DECIMAL_TOO_LONG;
		result->mantissa = take_digits(&d, &dropped);
		if (d.negative)
			result->mantissa = -result->mantissa;
		result->exponent = d.exponent + dropped;
		if (!decimal_normalise(result))
			return DECIMAL_OUT_OF_RANGE;
	}
	pfree(text);
	return d.count > DECIMAL_DIGITS ? DECIMAL_ROUNDED : DECIMAL_OK;
}

/* The nearest decimal to a computed number, half away from zero. */
bool
decimal_round_numeric(Numeric num, Decimal *result)
{
	DecimalResult r = decimal_from_numeric(num, result);
	char	   *text;

	if (likely(r == DECIMAL_OK || r == DECIMAL_ROUNDED))
		return true;
	if (r == DECIMAL_NOT_FINITE)
		return false;
	if (r == DECIMAL_TOO_LONG)
	{
		text = numeric_to_plain_text(num);
		num = numeric_round_to(num, DECIMAL_DIGITS - (int) strspn(text + (*text == '-'), "0123456789"));
	}
	else
		num = numeric_round_to(num, -DECIMAL_EXP_MIN);
	r = decimal_from_numeric(num, result);
	return r == DECIMAL_OK || r == DECIMAL_ROUNDED;
}

/* The numeric with as many decimals as the number has. */
Numeric
decimal_to_numeric(Decimal d)
{
	char		text[40];

	if (d.exponent == 0)
		return int64_to_numeric(d.mantissa);
	if (d.exponent < 0)
		return int64_div_fast_to_numeric(d.mantissa, -d.exponent);
	snprintf(text, sizeof(text), INT64_FORMAT "e%d", d.mantissa, d.exponent);
	return numeric_from_text(text);
}

/* One digit before the point, and no zeros at the end. */
static char *
scientific_text(Decimal d)
{
	char	   *digits;
	int			len;
	bool		negative = d.mantissa < 0;

	while (d.mantissa % 10 == 0)
	{
		d.mantissa /= 10;
		d.exponent++;
	}
	digits = psprintf(INT64_FORMAT, negative ? -d.mantissa : d.mantissa);
	len = strlen(digits);
	return psprintf("%s%c%s%se%+d", negative ? "-" : "", digits[0],
					len > 1 ? "." : "", digits + 1, d.exponent + len - 1);
}

/* Plain text, or scientific where that would be longer than 40 characters. */
char *
decimal_to_text(Decimal d)
{
	if (d.exponent == 0)
		return psprintf(INT64_FORMAT, d.mantissa);
	if (d.exponent < -30 || d.exponent > 25)
		return scientific_text(d);
	return numeric_to_text(decimal_to_numeric(d));
}

/* For exponents that the exact division of filtered_from_decimal cannot serve. */
Filtered
filtered_from_decimal_slow(Decimal d)
{
	Filtered	f;
	char		text[40];

	snprintf(text, sizeof(text), INT64_FORMAT "e%d", d.mantissa, d.exponent);
	f.value = strtod(text, NULL);
	if (fabs(f.value) > FILTER_LARGEST || fabs(f.value) < FILTER_SMALLEST)
		f.value = NAN;
	f.error = fabs(f.value) * FILTER_ULP;
	return f;
}

/* The double nearest to a finite num, and its bound. */
void
filtered_from_numeric(Numeric num, Filtered *result)
{
	char	   *text;
	bool		whole;

	text = numeric_normalize(num);
	result->value = strtod(text, NULL);
	whole = strchr(text, '.') == NULL && fabs(result->value) <= 9007199254740992.0;
	result->error = whole ? 0 : fabs(result->value) * FILTER_ULP;
	pfree(text);
	if (!whole && !(fabs(result->value) < FILTER_LARGEST &&
					fabs(result->value) > FILTER_SMALLEST))
		result->value = NAN;
}

bool
numeric_add_ok(Numeric a, Numeric b, Numeric *result)
{
	bool		error = false;

	*result = numeric_add_opt_error(a, b, &error);
	return !error;
}

bool
numeric_sub_ok(Numeric a, Numeric b, Numeric *result)
{
	bool		error = false;

	*result = numeric_sub_opt_error(a, b, &error);
	return !error;
}

bool
numeric_mul_ok(Numeric a, Numeric b, Numeric *result)
{
	bool		error = false;

	*result = numeric_mul_opt_error(a, b, &error);
	return !error;
}

bool
numeric_div_ok(Numeric a, Numeric b, Numeric *result)
{
	bool		error = false;

	*result = numeric_div_opt_error(a, b, &error);
	return !error;
}

bool
numeric_mod_ok(Numeric a, Numeric b, Numeric *result)
{
	bool		error = false;

	*result = numeric_mod_opt_error(a, b, &error);
	return !error;
}

int
numeric_compare(Numeric a, Numeric b)
{
	return DatumGetInt32(DirectFunctionCall2(numeric_cmp,
											 NumericGetDatum(a),
											 NumericGetDatum(b)));
}

/* round(num, digits): half away from zero, as SQL does. */
Numeric
numeric_round_to(Numeric num, int digits)
{
	return DatumGetNumeric(DirectFunctionCall2(numeric_round,
											   NumericGetDatum(num),
											   Int32GetDatum(digits)));
}

Numeric
numeric_from_text(const char *text)
{
	return DatumGetNumeric(DirectFunctionCall3(numeric_in,
											   CStringGetDatum(text),
											   ObjectIdGetDatum(InvalidOid),
											   Int32GetDatum(-1)));
}

char *
numeric_to_text(Numeric num)
{
	return DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(num)));
}

char *
numeric_to_plain_text(Numeric num)
{
	return numeric_normalize(num);
}
