/*
 * Consent: an institution reads an enterprise only with a consent that covers
 * scope and purpose, each access is on record first, and none after revocation.
 */
SET client_min_messages = warning;
SET search_path = growth_index, public;
SELECT no_plan();

INSERT INTO indicator (code) VALUES ('revenue');
INSERT INTO enterprise (credit_code, name) SELECT credit_code_complete('91410100MQ' || lpad(n::text, 7, '0')), 'firm ' || n FROM generate_series(1, 2) AS n;
SELECT credit_code AS one FROM enterprise WHERE name = 'firm 1' \gset
SELECT credit_code AS two FROM enterprise WHERE name = 'firm 2' \gset
INSERT INTO institution (code) VALUES ('bank'), ('fund');
SELECT add_scorecard('innovation', '{"name": "t", "dimensions": [{"code": "d"}], "indicators": [{"code": "revenue", "dimension": "d", "normalise": {"linear": [0, 1000]}, "weight": 100}], "ratings": [{"grade": "AAA", "from": 50}, {"grade": "C", "from": 0}]}') \g /dev/null
INSERT INTO observation (credit_code, indicator, value, period_end) SELECT credit_code, 'revenue', '600', '2025-12-31' FROM enterprise;
SELECT refresh_batch(10) \g /dev/null
SELECT create_roles() \g /dev/null
CREATE FUNCTION pg_temp.login(name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN EXECUTE format('CREATE ROLE %I LOGIN', name); END IF;
END $$;
SELECT pg_temp.login('gi_c_' || r) FROM unnest('{firm,bank,fund}'::text[]) AS r \g /dev/null
SELECT add_member('gi_c_firm', 'enterprise', :'one'), add_member('gi_c_bank', 'institution', 'bank'), add_member('gi_c_fund', 'institution', 'fund') \g /dev/null
GRANT USAGE ON SCHEMA public TO PUBLIC;

/* ---- the enterprise gives it ---- */
SET SESSION AUTHORIZATION gi_c_firm;
SELECT growth_index.give_consent(:'one', 'bank', 'loan', current_date + 30, 'score') AS consent \gset
SELECT throws_ok(format('SELECT growth_index.give_consent(%L, ''bank'', ''loan'', current_date)', :'two'), '42501', NULL, 'an enterprise consents for itself');
SELECT throws_ok(format('SELECT growth_index.give_consent(%L, ''bank'', ''loan'', current_date, ''everything'')', :'one'), '23514', NULL, 'to the score or the profile');
SELECT throws_ok(format('SELECT growth_index.give_consent(%L, ''bank'', '''', current_date)', :'one'), '23514', NULL, 'for a purpose');
SELECT throws_ok(format('SELECT growth_index.give_consent(%L, ''nobody'', ''loan'', current_date)', :'one'), '23503', NULL, 'to an institution that there is');
SELECT throws_ok('UPDATE growth_index.consent SET scope = ''profile''', '42501', NULL, 'and changes none');
RESET SESSION AUTHORIZATION;
SELECT throws_ok('UPDATE growth_index.consent SET valid_to = ''infinity''', '23001', NULL, 'nor does the owner');
SELECT throws_ok('DELETE FROM growth_index.consent', '23001', NULL, 'or take it away');

/* ---- the bank reads ---- */
SET SESSION AUTHORIZATION gi_c_bank;
SELECT access, allowed FROM growth_index.ask_access(:'one', 'score', 'loan') \gset
SELECT is(:'allowed'::text, 't', 'what is covered is allowed');
SELECT is(growth_index.read_access(:access), format('{"name": "firm 1", "as_of": "%s", "score": 60.00, "rating": "AAA", "version": 1, "scorecard": "innovation", "credit_code": "%s"}', current_date, :'one')::jsonb, 'and answered');
SELECT access AS whole, allowed FROM growth_index.ask_access(:'one', 'profile', 'loan') \gset
SELECT is(:'allowed'::text, 'f', 'not more than the scope');
SELECT throws_ok(format('SELECT growth_index.read_access(%s)', :whole), '42501', NULL, 'is answered');
SELECT is((growth_index.ask_access(:'one', 'score', 'marketing')).allowed, false, 'nor another purpose');
SELECT is((growth_index.ask_access(:'two', 'score', 'loan')).allowed, false, 'nor another enterprise');
SELECT throws_ok(format('SELECT growth_index.ask_access(%L, ''score'', ''loan'', ''fund'')', :'one'), '42501', NULL, 'nor in another''s name');
SELECT throws_ok('SELECT growth_index.read_access(-1)', 'P0002', NULL, 'nor what was not asked for');

/* who rolls back after reading would leave no trace: so it cannot read */
BEGIN;
SELECT access AS hasty FROM growth_index.ask_access(:'one', 'score', 'loan') \gset
SAVEPOINT s;
SELECT throws_ok(format('SELECT growth_index.read_access(%s)', :hasty), '55000', NULL, 'nothing is answered before it is on record');
ROLLBACK;
SELECT throws_ok(format('SELECT growth_index.read_access(%s)', :hasty), 'P0002', NULL, 'what was rolled back was never asked for');

SET SESSION AUTHORIZATION gi_c_fund;
SELECT throws_ok(format('SELECT growth_index.read_access(%s)', :access), '42501', NULL, 'another institution does not read it');
SELECT is((growth_index.ask_access(:'one', 'score', 'loan')).allowed, false, 'and has no consent');
SELECT is((SELECT count(*) FROM growth_index.consent_access), 1::bigint, 'it sees its own accesses');
SELECT is_empty('SELECT * FROM growth_index.consent', 'and no consent of others');

/* ---- the log ---- */
SET SESSION AUTHORIZATION gi_c_firm;
SELECT results_eq('SELECT institution, scope, purpose, consent_id IS NOT NULL, role FROM growth_index.consent_access ORDER BY id',
	$$VALUES ('bank', 'score', 'loan', true, 'gi_c_bank'), ('bank', 'profile', 'loan', false, 'gi_c_bank'), ('bank', 'score', 'marketing', false, 'gi_c_bank'), ('fund', 'score', 'loan', false, 'gi_c_fund')$$,
	'the enterprise sees who asked, also in vain');
SELECT throws_ok('DELETE FROM growth_index.consent_access', '42501', NULL, 'and cannot clear it');
RESET SESSION AUTHORIZATION;
SELECT throws_ok('DELETE FROM growth_index.consent_access', '23001', NULL, 'nor can the owner');

/* ---- revoked ---- */
SET SESSION AUTHORIZATION gi_c_bank;
SELECT access AS late FROM growth_index.ask_access(:'one', 'score', 'loan') \gset
BEGIN;
DECLARE begun CURSOR FOR SELECT growth_index.read_access(:late);
SET SESSION AUTHORIZATION gi_c_firm;
SELECT growth_index.revoke_consent(:consent, :'one') \g /dev/null
SET SESSION AUTHORIZATION gi_c_bank;
SELECT throws_ok('FETCH begun', '42501', NULL, 'a cursor that began before a consent was revoked does not read it after');
ROLLBACK;
SET SESSION AUTHORIZATION gi_c_firm;
SELECT is(growth_index.revoke_consent(:consent, :'one'), true, 'the enterprise revokes');
SELECT is(growth_index.revoke_consent(:consent, :'one'), false, 'once');
SET SESSION AUTHORIZATION gi_c_bank;
SELECT throws_ok(format('SELECT growth_index.read_access(%s)', :late), '42501', NULL, 'what was asked for before is not answered any more');
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT throws_ok(format('SELECT growth_index.read_access(%s)', :late), '55000', NULL, 'nor to who may look back to a time before');
COMMIT;
SELECT is((growth_index.ask_access(:'one', 'score', 'loan')).allowed, false, 'nor anything after');
SELECT is_empty('SELECT * FROM growth_index.enterprise', 'the tables show nothing either');
RESET SESSION AUTHORIZATION;
INSERT INTO consent (credit_code, institution, scope, purpose, valid_from, valid_to) VALUES (:'one', 'bank', 'profile', 'loan', current_date - 30, current_date - 1);
SELECT is((ask_access(:'one', 'score', 'loan', 'bank')).allowed, false, 'a consent that is over allows nothing');
SELECT remove_member('gi_c_' || m, k) FROM (VALUES ('firm', 'enterprise'), ('bank', 'institution'), ('fund', 'institution')) AS t(m, k) \g /dev/null
SELECT * FROM finish();
