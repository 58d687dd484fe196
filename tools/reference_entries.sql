/*
 * Temporary views of all that the extension makes public: what the reference is
 * written from, and what the tests hold to having a comment.
 */
SET search_path = growth_index, pg_catalog;

CREATE TEMP VIEW part AS
SELECT oid AS start, lead(oid) OVER (ORDER BY oid) AS stop,
	split_part(prosrc, ':', 1) AS title, substr(prosrc, strpos(prosrc, ':') + 1) AS intro
FROM pg_catalog.pg_proc
WHERE pronamespace = 'growth_index'::regnamespace AND proname LIKE 'part:%';

/* functions that only serve a type, an operator, an aggregate, a cast or a trigger; those
   that serve other functions say so: their comments begin with "Internal" or "Trigger" */
CREATE TEMP VIEW internal AS
SELECT unnest(array[typinput, typoutput, typreceive, typsend, typmodin, typmodout, typanalyze]::oid[]) AS oid
FROM pg_catalog.pg_type WHERE typnamespace = 'growth_index'::regnamespace
UNION SELECT oprcode FROM pg_catalog.pg_operator
UNION SELECT castfunc FROM pg_catalog.pg_cast
UNION SELECT amproc FROM pg_catalog.pg_amproc
UNION SELECT tgfoid FROM pg_catalog.pg_trigger
UNION SELECT unnest(array[aggtransfn, aggfinalfn, aggcombinefn, aggserialfn, aggdeserialfn, aggmtransfn, aggminvtransfn, aggmfinalfn]::oid[])
FROM pg_catalog.pg_aggregate
UNION SELECT start FROM part;

CREATE TEMP VIEW entry (oid, kind, name, text) AS
/* types */
SELECT t.oid, 1, t.typname,
	format(E'**type `%s`**\n\n%s\n', t.typname, obj_description(t.oid, 'pg_type'))
FROM pg_catalog.pg_type t LEFT JOIN pg_catalog.pg_class c ON c.oid = t.typrelid
WHERE t.typnamespace = 'growth_index'::regnamespace AND t.typcategory <> 'A'
	AND (t.typrelid = 0 OR c.relkind = 'c') AND t.typisdefined
UNION ALL
/* tables and views with their columns */
SELECT c.oid, CASE WHEN c.relkind IN ('r', 'p') THEN 2 ELSE 3 END, c.relname,
	format(E'**%s `%s`**\n\n%s\n\n| column | type | meaning |\n|---|---|---|\n%s\n',
		CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' ELSE 'table' END,
		c.relname, obj_description(c.oid, 'pg_class'),
		(SELECT string_agg(format('| `%s` | %s%s | %s |', a.attname, format_type(a.atttypid, a.atttypmod),
				CASE WHEN k.conkey IS NOT NULL THEN ', key' WHEN a.attnotnull THEN ', not null' ELSE '' END,
				replace(coalesce(col_description(c.oid, a.attnum), ''), '|', '\|')), E'\n' ORDER BY a.attnum)
		 FROM pg_catalog.pg_attribute a
		 LEFT JOIN pg_catalog.pg_constraint k ON k.conrelid = c.oid AND k.contype = 'p' AND a.attnum = ANY (k.conkey)
		 WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped))
FROM pg_catalog.pg_class c
WHERE c.relnamespace = 'growth_index'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
UNION ALL
/* functions, procedures and aggregates */
SELECT p.oid, 4, p.proname,
	format(E'**`%s(%s)`%s**\n\n%s\n', p.proname,
		CASE WHEN p.prokind = 'a' THEN pg_get_function_identity_arguments(p.oid) ELSE pg_get_function_arguments(p.oid) END,
		CASE p.prokind WHEN 'p' THEN ' procedure' WHEN 'a' THEN ' aggregate → `' || pg_get_function_result(p.oid) || '`'
			ELSE ' → `' || pg_get_function_result(p.oid) || '`' END,
		obj_description(p.oid, 'pg_proc'))
FROM pg_catalog.pg_proc p
WHERE p.pronamespace = 'growth_index'::regnamespace
	AND NOT EXISTS (SELECT FROM internal i WHERE i.oid = p.oid AND obj_description(p.oid, 'pg_proc') IS NULL)
	AND p.proname NOT LIKE 'part:%'
	AND coalesce(obj_description(p.oid, 'pg_proc'), '') !~ '^(Internal|Trigger)'
UNION ALL
/* operators */
SELECT o.oid, 5, o.oprname,
	format('- `%s%s %s`%s: %s', CASE WHEN o.oprleft <> 0 THEN format_type(o.oprleft, NULL) || ' ' ELSE '' END,
		o.oprname, format_type(o.oprright, NULL), ' → `' || format_type(o.oprresult, NULL) || '`',
		obj_description(o.oid, 'pg_operator'))
FROM pg_catalog.pg_operator o
WHERE o.oprnamespace = 'growth_index'::regnamespace;

/* what has no comment, though a reader may call or read it */
CREATE TEMP VIEW uncommented AS
SELECT pg_catalog.pg_describe_object(class, oid, 0) AS object
FROM entry, LATERAL (SELECT (CASE kind WHEN 1 THEN 'pg_type' WHEN 4 THEN 'pg_proc' WHEN 5 THEN 'pg_operator'
	ELSE 'pg_class' END)::regclass) AS c(class)
WHERE coalesce(obj_description(oid, class::text), '') = '';
