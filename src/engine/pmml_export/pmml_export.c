/*
 * pmml_export.c
 *	  Expressions as PMML: predicates where those suffice, else functions.
 *
 * What SQL and PMML understand differently is written out: a condition of CASE
 * that is unknown is not true, where PMML's "if" would give nothing.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/json.h"

#include "../expression/term.h"

PG_FUNCTION_INFO_V1(pmml_write_expression);
PG_FUNCTION_INFO_V1(pmml_write_predicate);
PG_FUNCTION_INFO_V1(pmml_write_fields);

static void write_term(StringInfo out, const Term *n);

static void
refuse(const Term *n)
{
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("PMML cannot say: %s", term_text(n))));
}

/* Text of XML: between quotes or tags. */
static void
write_text(StringInfo out, const char *text, int len)
{
	for (int i = 0; i < len; i++)
		switch (text[i])
		{
			case '<':
				appendStringInfoString(out, "&lt;");
				break;
			case '>':
				appendStringInfoString(out, "&gt;");
				break;
			case '&':
				appendStringInfoString(out, "&amp;");
				break;
			case '"':
				appendStringInfoString(out, "&quot;");
				break;
			case '\n':
			case '\r':
			case '\t':
				appendStringInfo(out, "&#%d;", text[i]);
				break;
			default:
				appendStringInfoChar(out, text[i]);
		}
}

/* A constant's value, without its type. */
static void
write_value(StringInfo out, const Term *n)
{
	char	   *text;

	switch (n->kind)
	{
		case TERM_TEXT:
			write_text(out, n->text, n->len);
			return;
		case TERM_NUMBER:
			appendStringInfoString(out, numeric_to_plain_text(n->numeric));
			return;
		case TERM_BOOLEAN:
			appendStringInfoString(out, term_text(n));
			return;
		default:
			/* DATE '2020-01-31' */
			text = strchr(term_text(n), '\'') + 1;
			appendBinaryStringInfo(out, text, strlen(text) - 1);
	}
}

static const char *
type_name(ExprType type)
{
	switch (type)
	{
		case EXPR_NUMBER:
			return "double";
		case EXPR_BOOLEAN:
			return "boolean";
		case EXPR_TEXT:
			return "string";
		case EXPR_DATE:
			return "date";
		default:
			return NULL;
	}
}

static bool
is_constant(const Term *n)
{
	return n->kind == TERM_NUMBER || n->kind == TERM_TEXT || n->kind == TERM_BOOLEAN ||
		n->kind == TERM_DATE;
}

static void
write_constant(StringInfo out, const Term *n)
{
	appendStringInfo(out, "<Constant dataType=\"%s\">", type_name(n->type));
	write_value(out, n);
	appendStringInfoString(out, "</Constant>");
}

static void
begin_apply(StringInfo out, const char *function)
{
	appendStringInfo(out, "<Apply function=\"%s\">", function);
}

static void
end_apply(StringInfo out)
{
	appendStringInfoString(out, "</Apply>");
}

static void
write_apply(StringInfo out, const char *function, Term *const *args, int nargs)
{
	begin_apply(out, function);
	for (int i = 0; i < nargs; i++)
		write_term(out, args[i]);
	end_apply(out);
}

/* A condition that counts as false where it is unknown. */
static void
write_certain(StringInfo out, Term *const *condition)
{
	if ((*condition)->kind == TERM_IS_NULL || (*condition)->kind == TERM_BOOLEAN)
	{
		write_term(out, *condition);
		return;
	}
	begin_apply(out, "and");
	write_apply(out, "isNotMissing", condition, 1);
	write_term(out, *condition);
	end_apply(out);
}

static const char *const comparisons[] = {
	"equal", "notEqual", "lessThan", "lessOrEqual", "greaterThan", "greaterOrEqual"
};

/* IS [NOT] TRUE, FALSE, UNKNOWN */
static void
write_truth(StringInfo out, const Term *n)
{
	if (n->negated)
		begin_apply(out, "not");
	if (n->op == TRI_UNKNOWN)
		write_apply(out, "isMissing", n->args, 1);
	else if (n->op == TRI_TRUE)
		write_certain(out, n->args);
	else
	{
		begin_apply(out, "and");
		write_apply(out, "isNotMissing", n->args, 1);
		write_apply(out, "not", n->args, 1);
		end_apply(out);
	}
	if (n->negated)
		end_apply(out);
}

/* IS [NOT] DISTINCT FROM: negated is "not distinct" */
static void
write_distinct(StringInfo out, const Term *n)
{
	if (!n->negated)
		begin_apply(out, "not");
	begin_apply(out, "or");
	begin_apply(out, "and");
	write_apply(out, "isMissing", &n->args[0], 1);
	write_apply(out, "isMissing", &n->args[1], 1);
	end_apply(out);
	begin_apply(out, "and");
	write_apply(out, "isNotMissing", &n->args[0], 1);
	write_apply(out, "isNotMissing", &n->args[1], 1);
	write_apply(out, "equal", n->args, 2);
	end_apply(out);
	end_apply(out);
	if (!n->negated)
		end_apply(out);
}

static void
write_between(StringInfo out, const Term *n)
{
	Term	   *low[2] = {n->args[0], n->args[1]};
	Term	   *high[2] = {n->args[0], n->args[2]};

	if (n->symmetric)
		refuse(n);
	if (n->negated)
		begin_apply(out, "not");
	begin_apply(out, "and");
	write_apply(out, "greaterOrEqual", low, 2);
	write_apply(out, "lessOrEqual", high, 2);
	end_apply(out);
	if (n->negated)
		end_apply(out);
}

/* CASE from its i-th argument on; an operand is compared with each. */
static void
write_case(StringInfo out, const Term *n, int i)
{
	Term		equal;
	Term	   *sides[2];
	Term	   *condition;

	check_stack_depth();
	if (i + 1 >= n->nargs)
	{
		write_term(out, n->args[i]);
		return;
	}
	condition = n->args[i];
	if (n->has_operand)
	{
		memset(&equal, 0, sizeof(equal));
		equal.kind = TERM_COMPARE;
		equal.type = EXPR_BOOLEAN;
		equal.op = CMP_EQ;
		equal.nargs = 2;
		equal.args = sides;
		sides[0] = n->args[0];
		sides[1] = n->args[i];
		condition = &equal;
	}
	begin_apply(out, "if");
	write_certain(out, &condition);
	write_term(out, n->args[i + 1]);
	if (i + 2 < n->nargs)
		write_case(out, n, i + 2);
	end_apply(out);
}

static void
write_coalesce(StringInfo out, const Term *n, int i)
{
	check_stack_depth();
	if (i == n->nargs - 1)
	{
		write_term(out, n->args[i]);
		return;
	}
	begin_apply(out, "if");
	write_apply(out, "isNotMissing", &n->args[i], 1);
	write_term(out, n->args[i]);
	write_coalesce(out, n, i + 1);
	end_apply(out);
}

static void
write_nullif(StringInfo out, const Term *n)
{
	begin_apply(out, "if");
	begin_apply(out, "not");
	begin_apply(out, "and");
	begin_apply(out, "isNotMissing");
	write_apply(out, "equal", n->args, 2);
	end_apply(out);
	write_apply(out, "equal", n->args, 2);
	end_apply(out);
	end_apply(out);
	write_term(out, n->args[0]);
	end_apply(out);
}

static void
write_function(StringInfo out, const Term *n)
{
	const char *name = NULL;

	switch (n->op)
	{
		case FN_ABS:
			name = "abs";
			break;
		case FN_ROUND:
			name = n->nargs == 1 ? "round" : NULL;
			break;
		case FN_CEIL:
			name = "ceil";
			break;
		case FN_FLOOR:
			name = "floor";
			break;
		case FN_SQRT:
			name = "sqrt";
			break;
		case FN_LN:
			name = "ln";
			break;
		case FN_LOG:
			name = n->nargs == 1 ? "log10" : NULL;
			break;
		case FN_EXP:
			name = "exp";
			break;
		case FN_POWER:
			name = "pow";
			break;
		case FN_LENGTH:
			name = "stringLength";
			break;
		case FN_SUBSTR:
			name = n->nargs == 3 ? "substring" : NULL;
			break;
		case FN_TRIM:
			name = "trimBlanks";
			break;
	}
	if (name == NULL)
		refuse(n);
	write_apply(out, name, n->args, n->nargs);
}

static void
write_arithmetic(StringInfo out, const Term *n)
{
	char		function[2] = {(char) n->op, '\0'};

	/* of dates, or a remainder, whose sign PMML takes from elsewhere */
	if (n->op == '%' || n->type != EXPR_NUMBER || n->args[0]->type != EXPR_NUMBER ||
		n->args[1]->type != EXPR_NUMBER)
		refuse(n);
	write_apply(out, function, n->args, n->nargs);
}

static void
write_other(StringInfo out, const Term *n)
{
	switch (n->kind)
	{
		case TERM_IS_TRUTH:
			write_truth(out, n);
			break;
		case TERM_DISTINCT:
			write_distinct(out, n);
			break;
		case TERM_BETWEEN:
			write_between(out, n);
			break;
		case TERM_CASE:
			write_case(out, n, n->has_operand ? 1 : 0);
			break;
		case TERM_COALESCE:
			write_coalesce(out, n, 0);
			break;
		case TERM_NULLIF:
			write_nullif(out, n);
			break;
		case TERM_ARITHMETIC:
			write_arithmetic(out, n);
			break;
		case TERM_FUNCTION:
			write_function(out, n);
			break;
		case TERM_NEGATE:
			begin_apply(out, "*");
			appendStringInfoString(out, "<Constant dataType=\"double\">-1</Constant>");
			write_term(out, n->args[0]);
			end_apply(out);
			break;
		default:
			refuse(n);
	}
}

/* Any term as one EXPRESSION element. */
static void
write_term(StringInfo out, const Term *n)
{
	CHECK_FOR_INTERRUPTS();
	check_stack_depth();
	if (is_constant(n))
	{
		write_constant(out, n);
		return;
	}
	switch (n->kind)
	{
		case TERM_INDICATOR:
			appendStringInfoString(out, "<FieldRef field=\"");
			write_text(out, n->name, strlen(n->name));
			appendStringInfoString(out, "\"/>");
			break;
		case TERM_AND:
			write_apply(out, "and", n->args, n->nargs);
			break;
		case TERM_OR:
			write_apply(out, "or", n->args, n->nargs);
			break;
		case TERM_NOT:
			write_apply(out, "not", n->args, 1);
			break;
		case TERM_COMPARE:
			write_apply(out, comparisons[n->op], n->args, 2);
			break;
		case TERM_IN:
			write_apply(out, n->negated ? "isNotIn" : "isIn", n->args, n->nargs);
			break;
		case TERM_IS_NULL:
			write_apply(out, n->negated ? "isNotMissing" : "isMissing", n->args, 1);
			break;
		case TERM_GREATEST:
			write_apply(out, "max", n->args, n->nargs);
			break;
		case TERM_LEAST:
			write_apply(out, "min", n->args, n->nargs);
			break;
		default:
			write_other(out, n);
	}
}

/* value: a constant, as it stands in an attribute; NULL: none */
static void
write_simple(StringInfo out, const Term *indicator, const char *operator, const char *value)
{
	appendStringInfoString(out, "<SimplePredicate field=\"");
	write_text(out, indicator->name, strlen(indicator->name));
	appendStringInfo(out, "\" operator=\"%s\"", operator);
	if (value != NULL)
		appendStringInfo(out, " value=\"%s\"", value);
	appendStringInfoString(out, "/>");
}

static const char *
value_text(const Term *n)
{
	StringInfoData out;

	initStringInfo(&out);
	write_value(&out, n);
	return out.data;
}

/* A condition as one PREDICATE element; false: it takes functions. */
static bool
write_predicate(StringInfo out, const Term *n)
{
	const Term *first = n->nargs > 0 ? n->args[0] : NULL;
	bool		bare = first != NULL && first->kind == TERM_INDICATOR;

	check_stack_depth();
	switch (n->kind)
	{
		case TERM_BOOLEAN:
			appendStringInfoString(out, strcmp(term_text(n), "true") == 0 ? "<True/>" : "<False/>");
			return true;
		case TERM_INDICATOR:
			write_simple(out, n, "equal", "true");
			return true;
		case TERM_NOT:
			if (!bare)
				return false;
			write_simple(out, first, "equal", "false");
			return true;
		case TERM_COMPARE:
			if (!bare || !is_constant(n->args[1]))
				return false;
			write_simple(out, first, comparisons[n->op], value_text(n->args[1]));
			return true;
		case TERM_IS_NULL:
			if (!bare)
				return false;
			write_simple(out, first, n->negated ? "isNotMissing" : "isMissing", NULL);
			return true;
		case TERM_BETWEEN:
			if (!bare || n->negated || n->symmetric || !is_constant(n->args[1]) || !is_constant(n->args[2]))
				return false;
			appendStringInfoString(out, "<CompoundPredicate booleanOperator=\"and\">");
			write_simple(out, first, "greaterOrEqual", value_text(n->args[1]));
			write_simple(out, first, "lessOrEqual", value_text(n->args[2]));
			appendStringInfoString(out, "</CompoundPredicate>");
			return true;
		case TERM_AND:
		case TERM_OR:
			appendStringInfo(out, "<CompoundPredicate booleanOperator=\"%s\">",
							 n->kind == TERM_AND ? "and" : "or");
			for (int i = 0; i < n->nargs; i++)
				if (!write_predicate(out, n->args[i]))
					return false;
			appendStringInfoString(out, "</CompoundPredicate>");
			return true;
		default:
			return false;
	}
}

static Expression *
parse_argument(FunctionCallInfo fcinfo)
{
	char	   *type = text_to_cstring(PG_GETARG_TEXT_PP(1));
	ExprType	want = strcmp(type, "number") == 0 ? EXPR_NUMBER :
		strcmp(type, "text") == 0 ? EXPR_TEXT : EXPR_BOOLEAN;

	return expression_parse(text_to_cstring(PG_GETARG_TEXT_PP(0)), want,
							code_list_new(CurrentMemoryContext));
}

/* (source, type): the expression as an EXPRESSION element. */
Datum
pmml_write_expression(PG_FUNCTION_ARGS)
{
	StringInfoData out;

	initStringInfo(&out);
	write_term(&out, parse_argument(fcinfo)->root);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(out.data, out.len));
}

/* (source, type): the condition as a PREDICATE element; NULL where it takes functions. */
Datum
pmml_write_predicate(PG_FUNCTION_ARGS)
{
	StringInfoData out;

	initStringInfo(&out);
	if (!write_predicate(&out, parse_argument(fcinfo)->root))
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text_with_len(out.data, out.len));
}

static void
write_field(StringInfo out, const Term *n)
{
	check_stack_depth();
	if (n->kind == TERM_INDICATOR)
	{
		if (n->type != EXPR_UNTYPED && type_name(n->type) == NULL)
			refuse(n);
		appendStringInfoString(out, out->len > 1 ? ", " : "");
		escape_json(out, n->name);
		if (n->type == EXPR_UNTYPED)
			appendStringInfoString(out, ": null");
		else
			appendStringInfo(out, ": \"%s\"", type_name(n->type));
	}
	for (int i = 0; i < n->nargs; i++)
		write_field(out, n->args[i]);
}

/* (source, type): the indicators that are read, with their dataTypes (null: nothing is said of it), as a JSON object. */
Datum
pmml_write_fields(PG_FUNCTION_ARGS)
{
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfoChar(&out, '{');
	write_field(&out, parse_argument(fcinfo)->root);
	appendStringInfoChar(&out, '}');
	PG_RETURN_TEXT_P(cstring_to_text_with_len(out.data, out.len));
}
