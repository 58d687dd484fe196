/*
 * Refresh: what follows from the observations is computed anew for the
 * enterprises that are queued, and for those alone.
 *
 * A batch locks its enterprises, and reads their observations in a later
 * statement.  So of two refreshes of one enterprise the second sees all that
 * the first saw, and nothing older is ever written over something newer.
 */
CREATE TABLE growth_index.refresh_run (
	id			bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	started_at	timestamptz NOT NULL DEFAULT clock_timestamp(),
	progress_at	timestamptz NOT NULL DEFAULT clock_timestamp(),
	finished_at	timestamptz,
	state		text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'done', 'interrupted')),
	batches		bigint NOT NULL DEFAULT 0,
	enterprises	bigint NOT NULL DEFAULT 0,
	failed		bigint NOT NULL DEFAULT 0,
	pid			integer NOT NULL DEFAULT pg_backend_pid(),
	run_by		text NOT NULL DEFAULT CURRENT_USER
);
COMMENT ON TABLE growth_index.refresh_run IS 'Runs of refresh() that found anything to do, with their progress while they run.';
COMMENT ON COLUMN growth_index.refresh_run.id IS 'Number of the run.';
COMMENT ON COLUMN growth_index.refresh_run.started_at IS 'Begin.';
COMMENT ON COLUMN growth_index.refresh_run.progress_at IS 'When it last committed a batch.';
COMMENT ON COLUMN growth_index.refresh_run.finished_at IS 'End; NULL while it runs, and of one that was interrupted.';
COMMENT ON COLUMN growth_index.refresh_run.state IS 'running, done, or interrupted: its session ended, what it had not committed is still queued.';
COMMENT ON COLUMN growth_index.refresh_run.batches IS 'Batches committed.';
COMMENT ON COLUMN growth_index.refresh_run.enterprises IS 'Enterprises refreshed.';
COMMENT ON COLUMN growth_index.refresh_run.failed IS 'Enterprises set aside in refresh_error.';
COMMENT ON COLUMN growth_index.refresh_run.pid IS 'Process of the server that runs it.';
COMMENT ON COLUMN growth_index.refresh_run.run_by IS 'Role that runs it.';

CREATE TABLE growth_index.refresh_error (
	credit_code	growth_index.credit_code PRIMARY KEY,
	failed_at	timestamptz NOT NULL DEFAULT clock_timestamp(),
	sqlstate	text NOT NULL,
	message		text NOT NULL,
	detail		text,
	context		text,
	failures	bigint NOT NULL DEFAULT 1
);
COMMENT ON TABLE growth_index.refresh_error IS 'Enterprises whose last refresh failed. They are out of the queue until they change again or are queued again; a refresh that succeeds removes the row.';
COMMENT ON COLUMN growth_index.refresh_error.credit_code IS 'Enterprise.';
COMMENT ON COLUMN growth_index.refresh_error.failed_at IS 'When it last failed.';
COMMENT ON COLUMN growth_index.refresh_error.sqlstate IS 'SQLSTATE of the error.';
COMMENT ON COLUMN growth_index.refresh_error.message IS 'Message of the error.';
COMMENT ON COLUMN growth_index.refresh_error.detail IS 'Its detail.';
COMMENT ON COLUMN growth_index.refresh_error.context IS 'Where it was raised.';
COMMENT ON COLUMN growth_index.refresh_error.failures IS 'How often it has failed since it last succeeded.';

SELECT pg_catalog.pg_extension_config_dump('growth_index.refresh_run', '');
SELECT pg_catalog.pg_extension_config_dump('growth_index.refresh_run_id_seq', '');
SELECT pg_catalog.pg_extension_config_dump('growth_index.refresh_error', '');

CREATE FUNCTION growth_index.refresh_profiles(codes growth_index.credit_code[], as_of date) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, pg_temp
AS $$
	WITH fresh AS (
		SELECT e.credit_code, coalesce(observed.profile OPERATOR(growth_index.||) own.profile, own.profile) AS profile
		FROM unnest(codes) AS c(code)
			JOIN growth_index.enterprise AS e ON e.credit_code OPERATOR(growth_index.=) c.code,
			LATERAL growth_index.profile(jsonb_build_object('industry', e.industry,
				'registered_zone', e.registered_zone, 'founded', e.founded)) AS own(profile),
			LATERAL (
				SELECT growth_index.profile_agg(o.code, o.value) AS profile
				FROM (
					SELECT DISTINCT ON (o.indicator) o.indicator AS code, o.value
					FROM growth_index.observation AS o
					WHERE o.credit_code OPERATOR(growth_index.=) e.credit_code AND o.period_end <= refresh_profiles.as_of
					ORDER BY o.indicator DESC, o.period_end DESC, o.recorded_at DESC, o.id DESC) AS o) AS observed
	)
	INSERT INTO growth_index.enterprise_profile AS old (credit_code, profile, as_of, computed_at)
	SELECT credit_code, profile, refresh_profiles.as_of, clock_timestamp() FROM fresh
	ON CONFLICT (credit_code) DO UPDATE
		SET profile = EXCLUDED.profile, as_of = EXCLUDED.as_of, computed_at = EXCLUDED.computed_at
		WHERE old.as_of <> EXCLUDED.as_of OR old.profile OPERATOR(growth_index.<>) EXCLUDED.profile
$$;
COMMENT ON FUNCTION growth_index.refresh_profiles(growth_index.credit_code[], date) IS 'Brings enterprise_profile of these enterprises up to date; the caller holds their rows locked.';

CREATE FUNCTION growth_index.refresh_scores(codes growth_index.credit_code[], as_of date) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, pg_temp
AS $$
	DELETE FROM growth_index.score AS old
	WHERE old.credit_code OPERATOR(growth_index.=) ANY (codes)
		AND NOT EXISTS (SELECT FROM growth_index.scorecard_version AS c WHERE c.code = old.scorecard AND c.active);

	/* a card that compares with peers gives no score before it is fitted, and that needs the profiles */
	WITH card AS MATERIALIZED (
		SELECT c.code, c.version, c.card FROM growth_index.scorecard_version AS c WHERE c.active AND growth_index.is_fitted(c.card)
	), fresh AS MATERIALIZED (
		SELECT p.credit_code, p.profile, c.code AS scorecard, c.version, s.score, s.rating, s.segment, s.coverage, s.status, s.missing
		FROM card AS c
			CROSS JOIN unnest(codes) AS l(code)
			JOIN growth_index.enterprise_profile AS p ON p.credit_code OPERATOR(growth_index.=) l.code,
			LATERAL growth_index.score_status(c.card, p.profile, refresh_scores.as_of) AS s
	), told AS (
		/* the rows of fresh that say something new */
		INSERT INTO growth_index.score_history (credit_code, scorecard, version, score, rating, segment, coverage, status, missing, as_of, computed_at, profile)
		SELECT f.credit_code, f.scorecard, f.version, f.score, f.rating, f.segment, f.coverage, f.status, f.missing,
			refresh_scores.as_of, clock_timestamp(), f.profile
		FROM fresh AS f
			LEFT JOIN growth_index.score AS old ON old.credit_code OPERATOR(growth_index.=) f.credit_code AND old.scorecard = f.scorecard
		WHERE old.credit_code IS NULL
			OR (old.version, old.score, old.rating::text, old.segment, old.coverage, old.status, old.missing)
				IS DISTINCT FROM (f.version, f.score, f.rating::text, f.segment, f.coverage, f.status, f.missing)
	)
	INSERT INTO growth_index.score AS old (credit_code, scorecard, version, score, rating, segment, coverage, status, missing, as_of, computed_at, industry)
	SELECT credit_code, scorecard, version, score, rating, segment, coverage, status, missing, refresh_scores.as_of, clock_timestamp(),
		profile OPERATOR(growth_index.->>) 'industry'
	FROM fresh
	ON CONFLICT (credit_code, scorecard) DO UPDATE
		SET version = EXCLUDED.version, score = EXCLUDED.score, rating = EXCLUDED.rating, segment = EXCLUDED.segment,
			coverage = EXCLUDED.coverage, status = EXCLUDED.status, missing = EXCLUDED.missing,
			as_of = EXCLUDED.as_of, computed_at = EXCLUDED.computed_at, industry = EXCLUDED.industry
		WHERE (old.version, old.score, old.rating::text, old.segment, old.coverage, old.status, old.missing, old.as_of, old.industry)
			IS DISTINCT FROM (EXCLUDED.version, EXCLUDED.score, EXCLUDED.rating::text, EXCLUDED.segment,
				EXCLUDED.coverage, EXCLUDED.status, EXCLUDED.missing, EXCLUDED.as_of, EXCLUDED.industry)
$$;
COMMENT ON FUNCTION growth_index.refresh_scores(growth_index.credit_code[], date) IS 'Brings score of these enterprises up to date by the active scorecards, and adds what changed to score_history; the caller holds their rows locked.';

CREATE FUNCTION growth_index.lock_enterprises(codes growth_index.credit_code[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	/* in the order of the key, so that two refreshes never wait for each other in a circle */
	PERFORM FROM growth_index.enterprise AS e
	WHERE e.credit_code OPERATOR(growth_index.=) ANY (codes)
	ORDER BY e.credit_code
	FOR NO KEY UPDATE;
END
$$;
COMMENT ON FUNCTION growth_index.lock_enterprises(growth_index.credit_code[]) IS 'Internal: locks enterprises for a refresh, to the end of the transaction.';

CREATE FUNCTION growth_index.refresh_listed(codes growth_index.credit_code[], as_of date) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET jit = off
AS $$
BEGIN
	PERFORM growth_index.refresh_profiles(codes, as_of);
	PERFORM growth_index.refresh_scores(codes, as_of);
	PERFORM growth_index.refresh_matches(codes, as_of);
	DELETE FROM growth_index.refresh_error AS f WHERE f.credit_code OPERATOR(growth_index.=) ANY (codes);
END
$$;
COMMENT ON FUNCTION growth_index.refresh_listed(growth_index.credit_code[], date) IS 'Profile, scores and matches of these enterprises, all or none; the caller holds their rows locked. An error of one is an error of all.';

/* errors that say nothing of an enterprise: the state of the server, of the transaction, or of the code */
CREATE FUNCTION growth_index.refresh_must_stop(sqlstate text) RETURNS boolean
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
	/* 42622 and 42804: a name or a value that a profile cannot hold */
	SELECT left(sqlstate, 2) IN ('08', '25', '28', '40', '42', '53', '55', '57', '58') AND sqlstate NOT IN ('42622', '42804')
$$;
COMMENT ON FUNCTION growth_index.refresh_must_stop(text) IS 'Is an error of this SQLSTATE none of the enterprise''s, so that a refresh stops and leaves its batch queued?';

/* how many failed: only where all together fail is each tried alone */
CREATE FUNCTION growth_index.refresh_each(codes growth_index.credit_code[], as_of date) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	code		growth_index.credit_code;
	failed		bigint := 0;
	text_of		text;
	detail_of	text;
	context_of	text;
BEGIN
	/* outside of the subtransactions: what fails stays locked, so that nobody waits for its error row with others in hand */
	PERFORM growth_index.lock_enterprises(codes);
	BEGIN
		PERFORM growth_index.refresh_listed(codes, as_of);
		RETURN 0;
	EXCEPTION WHEN OTHERS THEN
		IF growth_index.refresh_must_stop(SQLSTATE) THEN
			RAISE;
		END IF;
	END;
	FOREACH code IN ARRAY codes LOOP
		BEGIN
			PERFORM growth_index.refresh_listed(ARRAY[code], as_of);
		EXCEPTION WHEN OTHERS THEN
			IF growth_index.refresh_must_stop(SQLSTATE) THEN
				RAISE;
			END IF;
			GET STACKED DIAGNOSTICS text_of = MESSAGE_TEXT, detail_of = PG_EXCEPTION_DETAIL, context_of = PG_EXCEPTION_CONTEXT;
			failed := failed + 1;
			INSERT INTO growth_index.refresh_error AS old (credit_code, sqlstate, message, detail, context)
			VALUES (code, SQLSTATE, text_of, nullif(detail_of, ''), context_of)
			ON CONFLICT (credit_code) DO UPDATE
				SET failed_at = EXCLUDED.failed_at, sqlstate = EXCLUDED.sqlstate, message = EXCLUDED.message,
					detail = EXCLUDED.detail, context = EXCLUDED.context, failures = old.failures + 1;
		END;
	END LOOP;
	RETURN failed;
END
$$;
COMMENT ON FUNCTION growth_index.refresh_each(growth_index.credit_code[], date) IS 'Refreshes these enterprises; those that fail go to refresh_error, and their number is returned.';

CREATE FUNCTION growth_index.refresh_batch(batch_size integer, after growth_index.credit_code DEFAULT NULL,
										   OUT last growth_index.credit_code, OUT enterprises bigint, OUT failed bigint)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET jit = off
AS $$
DECLARE
	codes	growth_index.credit_code[];
BEGIN
	/* the next enterprises by key, whoever works on them */
	EXECUTE format($queue$
		SELECT array_agg(DISTINCT w.credit_code)
		FROM (SELECT DISTINCT q.credit_code
			FROM growth_index.refresh_queue AS q
			%s
			ORDER BY q.credit_code
			LIMIT $1) AS w
		$queue$, CASE WHEN after IS NOT NULL THEN 'WHERE q.credit_code OPERATOR(growth_index.>) $2' END)
	INTO codes USING batch_size, after;
	last := codes[cardinality(codes)];

	/* all rows of them that nobody else has taken; they are gone when this commits, and only then */
	WITH taken AS (
		DELETE FROM growth_index.refresh_queue
		WHERE ctid = ANY (ARRAY(
			SELECT q.ctid
			FROM growth_index.refresh_queue AS q
			WHERE q.credit_code OPERATOR(growth_index.=) ANY (codes)
			FOR UPDATE SKIP LOCKED))
		RETURNING credit_code)
	SELECT coalesce(array_agg(DISTINCT credit_code), '{}') INTO codes FROM taken;

	enterprises := cardinality(codes);
	failed := 0;
	IF enterprises > 0 THEN
		/* what this transaction had queued is gone */
		PERFORM set_config('growth_index.everyone_queued', '', true);
		failed := growth_index.refresh_each(codes, current_date);
		enterprises := enterprises - failed;
	END IF;
END
$$;
COMMENT ON FUNCTION growth_index.refresh_batch(integer, growth_index.credit_code) IS
'One batch of refresh(), in the caller''s transaction: the next batch_size queued enterprises by credit code after the given one, without those that another refresh has. last: where the next batch goes on; NULL where no more are queued. enterprises: refreshed; failed: set aside in refresh_error.';

/*
 * The server counts what a session has written when it is idle, which a refresh
 * of everyone is not before its end.  Planned for tables that are empty, each
 * batch would read all that the batches before it have written.
 */
CREATE FUNCTION growth_index.analyze_grown() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET client_min_messages = error
AS $$
DECLARE
	relation	regclass;
BEGIN
	FOREACH relation IN ARRAY '{growth_index.enterprise_profile,growth_index.score,growth_index.score_history,
		growth_index.policy_match,growth_index.product_match}'::regclass[]
	LOOP
		IF pg_relation_size(relation) > (SELECT (2 * c.relpages + 20) * current_setting('block_size')::bigint FROM pg_class AS c WHERE c.oid = relation) THEN
			EXECUTE format('ANALYZE (SKIP_LOCKED) %s', relation);
		END IF;
	END LOOP;
END
$$;
COMMENT ON FUNCTION growth_index.analyze_grown() IS 'Analyzes the tables that refresh() writes where they have become more than twice as large as when the server last did; a caller who does not own them changes nothing.';

CREATE PROCEDURE growth_index.refresh(batch_size integer DEFAULT 1000, max_batches integer DEFAULT NULL)
LANGUAGE plpgsql
AS $$
/* A procedure that commits can have no search_path of its own: every name and operator is qualified. */
DECLARE
	run		pg_catalog.int8;
	after	growth_index.credit_code;
	batch	pg_catalog.record;
	done	pg_catalog.int8 := 0;
	taken	pg_catalog.int8 := 0;
BEGIN
	IF batch_size IS NULL OR batch_size OPERATOR(pg_catalog.<) 1 THEN
		RAISE EXCEPTION 'batch_size must be at least 1' USING ERRCODE = 'invalid_parameter_value';
	END IF;
	IF NOT EXISTS (SELECT FROM growth_index.refresh_queue) THEN
		RETURN;
	END IF;
	run := growth_index.begin_refresh_run();
	COMMIT;
	/* each statement of a batch has to see what was committed before it; must come first after a COMMIT */
	SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
	WHILE max_batches IS NULL OR done OPERATOR(pg_catalog.<) max_batches LOOP
		SELECT * INTO batch FROM growth_index.refresh_batch(batch_size, after);
		after := batch.last;
		IF batch.enterprises OPERATOR(pg_catalog.+) batch.failed OPERATOR(pg_catalog.>) 0 THEN
			done := done OPERATOR(pg_catalog.+) 1;
			taken := taken OPERATOR(pg_catalog.+) 1;
			UPDATE growth_index.refresh_run
			SET batches = done, progress_at = pg_catalog.clock_timestamp(),
				enterprises = enterprises OPERATOR(pg_catalog.+) batch.enterprises,
				failed = failed OPERATOR(pg_catalog.+) batch.failed
			WHERE id OPERATOR(pg_catalog.=) run;
			IF done OPERATOR(pg_catalog.%) 10 OPERATOR(pg_catalog.=) 0 THEN
				PERFORM growth_index.analyze_grown();
			END IF;
			IF done OPERATOR(pg_catalog.%) 50 OPERATOR(pg_catalog.=) 0 THEN
				PERFORM growth_index.fold_counts();
			END IF;
		END IF;
		COMMIT;
		SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
		IF after IS NULL THEN
			/* the end of the queue: from the beginning, until nothing is left but what others have */
			EXIT WHEN taken OPERATOR(pg_catalog.=) 0;
			taken := 0;
		END IF;
	END LOOP;
	UPDATE growth_index.refresh_run
	SET state = 'done', finished_at = pg_catalog.clock_timestamp()
	WHERE id OPERATOR(pg_catalog.=) run;
	COMMIT;
END
$$;
COMMENT ON PROCEDURE growth_index.refresh(integer, integer) IS
'Brings profiles, scores and matches of all queued enterprises up to date, batch_size enterprises a transaction (default 1000), at most max_batches of them (NULL: until the queue is empty). Several at once share the work; one that is killed loses only its current batch, which stays queued. An enterprise that fails is set aside in refresh_error. Must be called outside of a transaction block.';

CREATE FUNCTION growth_index.begin_refresh_run() RETURNS bigint
LANGUAGE sql SET search_path = pg_catalog, pg_temp
AS $$
	/* runs whose session is gone; SKIP LOCKED, since a live one may be at its own row */
	UPDATE growth_index.refresh_run SET state = 'interrupted'
	WHERE id IN (
		SELECT r.id FROM growth_index.refresh_run AS r
		WHERE r.state = 'running' AND NOT EXISTS (
			SELECT FROM pg_stat_get_activity(r.pid) AS a
			WHERE a.datid = (SELECT oid FROM pg_database WHERE datname = current_database())
				AND a.backend_start <= r.started_at AND r.pid <> pg_backend_pid())
		FOR UPDATE SKIP LOCKED);
	INSERT INTO growth_index.refresh_run DEFAULT VALUES RETURNING id
$$;
COMMENT ON FUNCTION growth_index.begin_refresh_run() IS 'Number of a new run; runs that died without an end are marked as interrupted.';

CREATE FUNCTION growth_index.refresh_enterprise(credit_code growth_index.credit_code) RETURNS void
LANGUAGE plpgsql STRICT SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM growth_index.enterprise AS e WHERE e.credit_code OPERATOR(growth_index.=) refresh_enterprise.credit_code) THEN
		RAISE EXCEPTION 'no enterprise has the credit code %', refresh_enterprise.credit_code
			USING ERRCODE = 'no_data_found';
	END IF;
	PERFORM set_config('growth_index.everyone_queued', '', true);
	DELETE FROM growth_index.refresh_queue
	WHERE ctid = ANY (ARRAY(
		SELECT q.ctid FROM growth_index.refresh_queue AS q
		WHERE q.credit_code OPERATOR(growth_index.=) refresh_enterprise.credit_code
		FOR UPDATE SKIP LOCKED));
	PERFORM growth_index.lock_enterprises(ARRAY[refresh_enterprise.credit_code]);
	PERFORM growth_index.refresh_listed(ARRAY[refresh_enterprise.credit_code], current_date);
END
$$;
COMMENT ON FUNCTION growth_index.refresh_enterprise(growth_index.credit_code) IS 'Brings profile, scores and matches of one enterprise up to date, in the caller''s transaction. Error P0002 where there is no such enterprise; an error of its data is raised.';

CREATE FUNCTION growth_index.refresh_all(scorecard text DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	number	integer;
	queued	bigint;
BEGIN
	IF scorecard IS NOT NULL THEN
		SELECT s.version INTO number FROM growth_index.scorecard_version AS s WHERE s.code = refresh_all.scorecard AND s.active;
		IF NOT FOUND THEN
			RAISE EXCEPTION 'no version of scorecard "%" is active', scorecard
				USING ERRCODE = 'undefined_object', HINT = 'add_scorecard() puts a scorecard in force.';
		END IF;
	END IF;
	INSERT INTO growth_index.refresh_queue (credit_code)
	SELECT e.credit_code
	FROM growth_index.enterprise AS e
	WHERE number IS NULL OR NOT EXISTS (
		SELECT FROM growth_index.score AS s
		WHERE s.credit_code OPERATOR(growth_index.=) e.credit_code
			AND s.scorecard = refresh_all.scorecard AND s.version = number);
	GET DIAGNOSTICS queued = ROW_COUNT;
	RETURN queued;
END
$$;
COMMENT ON FUNCTION growth_index.refresh_all(text) IS 'Queues every enterprise for the next refresh; where a scorecard is named, every enterprise that its active version has not scored yet. Returns how many were queued.';
