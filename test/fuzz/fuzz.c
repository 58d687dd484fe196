/*
 * fuzz.c
 *	  A libFuzzer target that runs inside a backend of a private server.
 *
 * The types are nothing without the server (its parser, jsonb, numeric, memory
 * contexts), so the fuzzer comes to the server and not otherwise: fuzz.sh
 * builds the extension with coverage, together with this file and libFuzzer's
 * driver, and calls fuzz_run() in an ordinary session.
 *
 * An input's first byte chooses what is tried (see targets[]).  What is taken
 * must read back from its text and its binary form as the same value, and must
 * be usable; what is not taken must end in an error of an ordinary class.
 * Anything else aborts, and libFuzzer keeps the input.
 */
#include "postgres.h"

#include <signal.h>

#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "parser/parse_func.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/syscache.h"

#include "engine/expression/term.h"

PG_FUNCTION_INFO_V1(fuzz_run);

extern int	LLVMFuzzerRunDriver(int *argc, char ***argv,
								int (*callback) (const uint8_t *data, size_t size));

typedef enum TypeId
{
	PROFILE, CRITERIA, FORMULA, SCORECARD, RATING, CREDIT_CODE, TYPES
} TypeId;

static const char *const type_names[TYPES] = {
	"profile", "criteria", "formula", "scorecard", "rating", "credit_code"
};

/* a small letter: text, a capital: binary */
static const char targets[TYPES + 1] = "pcfsru";

typedef struct TypeInfo
{
	Oid			oid;
	Oid			input;
	Oid			output;
	Oid			receive;
	Oid			send;
	Oid			ioparam;
	int16		len;
	bool		byval;
} TypeInfo;

static TypeInfo types[TYPES];
static Oid	call_explain;
static Oid	call_nearest;
static Oid	call_evaluate;
static Oid	call_score;
static Datum subjects[3];
static MemoryContext per_input;
static const char *step;

static void
wrong(const char *what)
{
	fprintf(stderr, "fuzz: %s\n", what);
	abort();
}

/* ---- names ---- */

static Oid
function_oid(const char *name, Oid first)
{
	Oid			args[3] = {first, types[PROFILE].oid, DATEOID};
	List	   *names = list_make2(makeString("growth_index"), makeString(pstrdup(name)));

	if (strcmp(name, "nearest") == 0)
	{
		Oid			four[4] = {first, types[PROFILE].oid, DATEOID, TEXTARRAYOID};

		return LookupFuncName(names, 4, four, false);
	}
	return LookupFuncName(names, 3, args, false);
}

static void
look_up(void)
{
	static const char *const texts[] = {
		"{}",
		"{\"x\": 0, \"y\": 0.05, \"z\": -1e-7, \"a\": true, \"b\": false, \"c\": 1e300, \"d\": \"2020-02-29\", \"s\": [], \"t\": \"ab%\", \"h\": [\"x\", \"y\"]}",
		"{\"x\": 140000000, \"y\": 7000000, \"z\": \"text\", \"a\": 1, \"b\": \"2020-01-01\", \"c\": 3, \"d\": \"2026-01-31\", \"s\": [\"p\"], \"t\": \"C39\", \"h\": true}"
	};
	Oid			namespace = LookupExplicitNamespace("growth_index", false);
	bool		varlena;

	for (int i = 0; i < TYPES; i++)
	{
		TypeInfo   *t = &types[i];

		t->oid = GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid,
								 CStringGetDatum(type_names[i]), ObjectIdGetDatum(namespace));
		getTypeInputInfo(t->oid, &t->input, &t->ioparam);
		getTypeBinaryInputInfo(t->oid, &t->receive, &t->ioparam);
		getTypeOutputInfo(t->oid, &t->output, &varlena);
		getTypeBinaryOutputInfo(t->oid, &t->send, &varlena);
		get_typlenbyval(t->oid, &t->len, &t->byval);
	}
	call_explain = function_oid("explain", types[CRITERIA].oid);
	call_nearest = function_oid("nearest", types[CRITERIA].oid);
	call_evaluate = function_oid("evaluate", types[FORMULA].oid);
	call_score = function_oid("score", types[SCORECARD].oid);
	for (int i = 0; i < (int) lengthof(texts); i++)
		subjects[i] = OidInputFunctionCall(types[PROFILE].input, pstrdup(texts[i]),
										   types[PROFILE].ioparam, -1);
}

/* ---- what accepted values are used for ---- */

/* Call a function that takes a value, a profile and a date; rows are counted and dropped. */
static void
call(Oid function, Datum value, Datum profile, bool dated)
{
	LOCAL_FCINFO(fcinfo, 4);
	FmgrInfo	flinfo;
	ReturnSetInfo rsinfo = {T_ReturnSetInfo};
	ExprContext *econtext = CreateStandaloneExprContext();

	fmgr_info(function, &flinfo);
	rsinfo.econtext = econtext;
	rsinfo.allowedModes = SFRM_Materialize;
	InitFunctionCallInfoData(*fcinfo, &flinfo, flinfo.fn_nargs, InvalidOid, NULL,
							 flinfo.fn_retset ? (Node *) &rsinfo : NULL);
	fcinfo->args[0].value = value;
	fcinfo->args[0].isnull = false;
	fcinfo->args[1].value = profile;
	fcinfo->args[1].isnull = false;
	fcinfo->args[2].value = DateADTGetDatum(9527);
	fcinfo->args[2].isnull = !dated;
	fcinfo->args[3].isnull = true;
	FunctionCallInvoke(fcinfo);
	if (rsinfo.setResult != NULL)
		tuplestore_end(rsinfo.setResult);
	FreeExprContext(econtext, true);
}

/* The fast evaluator must decide as the exact one does. */
static void
decide_twice(const char *source, const Profile *p, bool dated)
{
	CodeList   *codes = code_list_new(CurrentMemoryContext);
	Expression *e = expression_parse(source, EXPR_BOOLEAN, codes);
	Subject		s;
	Tri			fast;

	subject_init(&s, p, code_list_slots(codes, p), dated, 9527);
	expression_quicken(e);
	fast = expression_test(e, &s);
	s.exact = true;
	if (eval_boolean(e->root, &s) != fast)
		wrong("the fast decision is not the exact one");
}

static void
use(TypeId type, Datum value)
{
	for (int i = 0; i < 2 * (int) lengthof(subjects); i++)
	{
		Datum		subject = subjects[i / 2];
		bool		dated = i % 2 == 0;

		switch (type)
		{
			case CRITERIA:
				decide_twice(text_to_cstring(DatumGetTextPP(value)),
							 DatumGetProfileP(subject), dated);
				call(call_explain, value, subject, dated);
				call(call_nearest, value, subject, dated);
				break;
			case FORMULA:
				call(call_evaluate, value, subject, dated);
				break;
			case SCORECARD:
				call(call_score, value, subject, dated);
				break;
			default:
				break;
		}
	}
}

/* ---- one input ---- */

static void
check_same(const TypeInfo *t, Datum a, Datum b, const char *what)
{
	if (!datumIsEqual(a, b, t->byval, t->len))
		wrong(what);
}

static Datum
receive(const TypeInfo *t, const char *bytes, int len)
{
	StringInfoData buf;
	Datum		value;

	initStringInfo(&buf);
	appendBinaryStringInfo(&buf, bytes, len);
	value = OidReceiveFunctionCall(t->receive, &buf, t->ioparam, -1);
	/* as COPY and the protocol do */
	if (buf.cursor != buf.len)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("incorrect binary data format")));
	return value;
}

static void
try_input(TypeId type, bool binary, const char *bytes, int len)
{
	const TypeInfo *t = &types[type];
	Datum		value;
	bytea	   *sent;

	step = "input";
	value = binary ? receive(t, bytes, len) :
		OidInputFunctionCall(t->input, pnstrdup(bytes, len), t->ioparam, -1);
	step = "output";
	check_same(t, value, OidInputFunctionCall(t->input, OidOutputFunctionCall(t->output, value),
											  t->ioparam, -1),
			   "a value does not read back from its text");
	sent = OidSendFunctionCall(t->send, value);
	check_same(t, value, receive(t, VARDATA(sent), VARSIZE(sent) - VARHDRSZ),
			   "a value does not read back from its binary form");
	if (type == PROFILE && binary &&
		(VARSIZE(sent) - VARHDRSZ != len || memcmp(VARDATA(sent), bytes, len) != 0))
		wrong("a profile was taken from an image that is not canonical");
	step = "use";
	use(type, value);
}

static void
check_error(const ErrorData *error)
{
	int			class = ERRCODE_TO_CATEGORY(error->sqlerrcode);
	bool		ordinary = class == ERRCODE_DATA_EXCEPTION || class == ERRCODE_SYNTAX_ERROR_OR_ACCESS_RULE_VIOLATION ||
		class == ERRCODE_PROGRAM_LIMIT_EXCEEDED || class == ERRCODE_FEATURE_NOT_SUPPORTED ||
		error->sqlerrcode == ERRCODE_PROTOCOL_VIOLATION;

	/* a value that was taken raises nothing but that it is too much, or not fitted */
	if (strcmp(step, "input") != 0)
		ordinary = class == ERRCODE_PROGRAM_LIMIT_EXCEEDED ||
			error->sqlerrcode == ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE;
	if (ordinary)
		return;
	fprintf(stderr, "fuzz: %s ends in %s: %s\n", step,
			unpack_sql_state(error->sqlerrcode), error->message);
	abort();
}

/* An input in a subtransaction of its own, whose end leaves nothing behind. */
static int
one_input(const uint8_t *data, size_t size)
{
	const char *letter;
	TypeId		type;
	bool		binary;
	const char *bytes = (const char *) data + 1;
	ResourceOwner owner = CurrentResourceOwner;
	MemoryContext context = CurrentMemoryContext;

	if (size < 1 || size > 1 << 20)
		return 0;
	letter = strchr(targets, tolower(data[0]));
	type = letter != NULL && *letter != '\0' ? (TypeId) (letter - targets) : data[0] % TYPES;
	binary = isupper(data[0]) || (letter == NULL && data[0] >= 128);
	/* the server verifies texts before a type sees them */
	if (!binary && (memchr(bytes, 0, size - 1) != NULL ||
					!pg_verify_mbstr(PG_UTF8, bytes, size - 1, true)))
		return 0;
	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(per_input);
	PG_TRY();
	{
		try_input(type, binary, bytes, size - 1);
		ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		ErrorData  *error;

		MemoryContextSwitchTo(per_input);
		error = CopyErrorData();
		FlushErrorState();
		check_error(error);
		RollbackAndReleaseCurrentSubTransaction();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;
	MemoryContextReset(per_input);
	CHECK_FOR_INTERRUPTS();
	return 0;
}

/* fuzz_run(text[]): libFuzzer with these arguments; it ends the session. */
Datum
fuzz_run(PG_FUNCTION_ARGS)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(0);
	Datum	   *elements;
	int			argc;
	char	  **argv;

	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &elements, NULL, &argc);
	argv = palloc0((argc + 1) * sizeof(char *));
	for (int i = 0; i < argc; i++)
		argv[i] = TextDatumGetCString(elements[i]);
	look_up();
	/* libFuzzer's time limit takes the alarm only where nobody else has it */
	pqsignal(SIGALRM, SIG_DFL);
	per_input = AllocSetContextCreate(CurrentMemoryContext, "fuzz input", ALLOCSET_DEFAULT_SIZES);
	PG_RETURN_INT32(LLVMFuzzerRunDriver(&argc, &argv, one_input));
}
