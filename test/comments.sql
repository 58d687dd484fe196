/*
 * Whatever the extension makes public says in a comment what it is: the
 * reference is written from nothing else.
 */
\ir ../tools/reference_entries.sql
SET search_path = public, pg_catalog;
SELECT plan(3);
SELECT cmp_ok(count(*), '>', 50::bigint, 'the extension has objects to speak of') FROM entry;
SELECT is_empty('SELECT object FROM uncommented', 'each has a comment');
SELECT is_empty($$
	SELECT c.relname, a.attname
	FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
	WHERE c.relnamespace = 'growth_index'::regnamespace AND c.relkind IN ('r', 'p')
		AND a.attnum > 0 AND NOT a.attisdropped AND col_description(c.oid, a.attnum) IS NULL
	$$, 'each column of a table has one');
SELECT * FROM finish();
