/*
 * docs/security.md lists the privileges as they are granted.
 */
SET client_min_messages = warning;
SELECT plan(1);
\set listed `grep -E '^\| (analyst|app|department|enterprise|institution) \| [A-Z]+ \|' docs/security.md`
\set granted `psql -X -q -A -t -f tools/privileges.sql`
SELECT is(:'listed'::text, :'granted'::text, 'docs/security.md lists what role_privilege does: make docs');
SELECT * FROM finish();
