/*
 * Scoring: the scorecards in force, and what they say of each enterprise now
 * and said before.
 */
CREATE TABLE growth_index.setting (
	name	text PRIMARY KEY,
	value	text NOT NULL
);
COMMENT ON TABLE growth_index.setting IS 'Settings of this platform. A setting without a row has its default.';
COMMENT ON COLUMN growth_index.setting.name IS 'matching_scorecard: the scorecard whose score and rating policies and products see (default innovation).';
COMMENT ON COLUMN growth_index.setting.value IS 'The value.';
SELECT pg_catalog.pg_extension_config_dump('growth_index.setting', '');

CREATE FUNCTION growth_index.matching_scorecard() RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	/* planned once a session; a function of SQL is planned at each call */
	RETURN coalesce((SELECT value FROM growth_index.setting WHERE name = 'matching_scorecard'), 'innovation');
END
$$;
COMMENT ON FUNCTION growth_index.matching_scorecard() IS 'Code of the scorecard whose score and rating policies and products see: the setting matching_scorecard, or innovation.';

CREATE TABLE growth_index.scorecard_version (
	code		text NOT NULL CHECK (code <> ''),
	version		integer NOT NULL CHECK (version > 0),
	card		growth_index.scorecard NOT NULL,
	active		boolean NOT NULL DEFAULT true,
	created_at	timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (code, version)
);
/* a fitted card of megabytes is read for each single score: uncompressing it would take longer than the rest */
ALTER TABLE growth_index.scorecard_version ALTER COLUMN card SET STORAGE EXTERNAL;
CREATE UNIQUE INDEX scorecard_active ON growth_index.scorecard_version (code) WHERE active;
COMMENT ON TABLE growth_index.scorecard_version IS 'Scorecards (评分模型) and their versions; at most one version of a code is active.';
COMMENT ON COLUMN growth_index.scorecard_version.code IS 'Code of the scorecard.';
COMMENT ON COLUMN growth_index.scorecard_version.version IS 'Version, from 1.';
COMMENT ON COLUMN growth_index.scorecard_version.card IS 'The scoring model.';
COMMENT ON COLUMN growth_index.scorecard_version.active IS 'Is it the version in force?';
COMMENT ON COLUMN growth_index.scorecard_version.created_at IS 'When it was added.';
SELECT pg_catalog.pg_extension_config_dump('growth_index.scorecard_version', '');
CREATE TRIGGER keep_version BEFORE UPDATE OR DELETE ON growth_index.scorecard_version
	FOR EACH ROW EXECUTE FUNCTION growth_index.keep_version();
CREATE TRIGGER keep_rows BEFORE TRUNCATE ON growth_index.scorecard_version
	FOR EACH STATEMENT EXECUTE FUNCTION growth_index.refuse_removal();

CREATE FUNCTION growth_index.warn_of_other_types(what text, card growth_index.scorecard) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	wrong text;
BEGIN
	SELECT string_agg(format('%s (%s, not %s)', t.code, i.data_type, array_to_string(t.types, ' or ')), ', ' ORDER BY t.code) INTO wrong
	FROM growth_index.indicator_types(card) AS t JOIN growth_index.indicator AS i ON i.code = t.code
	WHERE i.data_type <> ALL (t.types);
	IF wrong IS NOT NULL THEN
		RAISE WARNING '% needs values of another type than the catalogue has: %', what, wrong
			USING HINT = 'A value of another type counts as missing.';
	END IF;
END
$$;
COMMENT ON FUNCTION growth_index.warn_of_other_types(text, growth_index.scorecard) IS 'Warns where a scorecard reads an indicator as something else than its data_type in the catalogue.';

CREATE FUNCTION growth_index.add_scorecard(code text, card growth_index.scorecard) RETURNS integer
LANGUAGE plpgsql STRICT SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	number	integer;
BEGIN
	IF octet_length(add_scorecard.code) NOT BETWEEN 1 AND 63 THEN
		RAISE EXCEPTION 'scorecard code "%" has % bytes', left(add_scorecard.code, 20) || CASE WHEN length(add_scorecard.code) > 20 THEN '…' ELSE '' END, octet_length(add_scorecard.code)
			USING ERRCODE = '22023', DETAIL = 'Allowed are 1 to 63.';
	END IF;
	LOCK TABLE growth_index.scorecard_version IN SHARE ROW EXCLUSIVE MODE;
	SELECT s.version INTO number
	FROM growth_index.scorecard_version AS s
	WHERE s.code = add_scorecard.code AND s.card OPERATOR(growth_index.=) add_scorecard.card
	ORDER BY s.version DESC LIMIT 1;

	UPDATE growth_index.scorecard_version AS s SET active = false
	WHERE s.code = add_scorecard.code AND s.active AND s.version IS DISTINCT FROM number;
	IF number IS NOT NULL THEN
		UPDATE growth_index.scorecard_version AS s SET active = true
		WHERE s.code = add_scorecard.code AND s.version = number AND NOT s.active;
	ELSE
		PERFORM growth_index.warn_of_unknown_indicators(format('scorecard "%s"', add_scorecard.code),
			growth_index.indicators(add_scorecard.card));
		PERFORM growth_index.warn_of_other_types(format('scorecard "%s"', add_scorecard.code), add_scorecard.card);
		INSERT INTO growth_index.scorecard_version (code, version, card)
		SELECT add_scorecard.code, coalesce(max(s.version), 0) + 1, add_scorecard.card
		FROM growth_index.scorecard_version AS s
		WHERE s.code = add_scorecard.code
		RETURNING version INTO number;
	END IF;
	RETURN number;
END
$$;
COMMENT ON FUNCTION growth_index.add_scorecard(text, growth_index.scorecard) IS
'Puts a scorecard in force under a code and returns its version: a new one, or the one that has the same content. Scores follow with the next refresh of each enterprise; refresh_all() queues all. A card that compares with peers scores nobody until fit_scorecard(); the jobs see to it. Error 22023: a code of no or more than 63 bytes.';

CREATE FUNCTION growth_index.is_fitted(card growth_index.scorecard) RETURNS boolean
LANGUAGE plpgsql STABLE STRICT SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM growth_index.score(card, '{}'::growth_index.profile, current_date);
	RETURN true;
EXCEPTION WHEN object_not_in_prerequisite_state THEN
	RETURN false;
END
$$;
COMMENT ON FUNCTION growth_index.is_fitted(growth_index.scorecard) IS 'Can it score? False for a card that compares with peers and has none in it yet (see fit_scorecard()).';

CREATE TABLE growth_index.enterprise_profile (
	credit_code	growth_index.credit_code PRIMARY KEY,
	profile		growth_index.profile NOT NULL,
	as_of		date NOT NULL,
	computed_at	timestamptz NOT NULL
);
COMMENT ON TABLE growth_index.enterprise_profile IS 'The profile of each enterprise as of its last refresh.';
COMMENT ON COLUMN growth_index.enterprise_profile.credit_code IS 'Enterprise.';
COMMENT ON COLUMN growth_index.enterprise_profile.profile IS 'All that is known: what profile_of(credit_code, as_of) gives.';
COMMENT ON COLUMN growth_index.enterprise_profile.as_of IS 'Day for which it stands.';
COMMENT ON COLUMN growth_index.enterprise_profile.computed_at IS 'When it was last written.';
SELECT pg_catalog.pg_extension_config_dump('growth_index.enterprise_profile', '');

/* of how many enterprises each indicator is known: differences of their own, as in score_count below */
CREATE TABLE growth_index.known_count (
	indicator	text NOT NULL,
	enterprises	bigint NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
COMMENT ON TABLE growth_index.known_count IS 'Of how many enterprises each indicator is known, as sums of differences; names nobody. Kept by triggers of enterprise_profile.';
COMMENT ON COLUMN growth_index.known_count.indicator IS 'Code of the indicator; empty: all enterprises that have a profile.';
COMMENT ON COLUMN growth_index.known_count.enterprises IS 'Enterprises of which it became known, less those of which it is no longer; the sum of all rows of an indicator is how many there are.';
SELECT pg_catalog.pg_extension_config_dump('growth_index.known_count', '');

CREATE FUNCTION growth_index.add_known(shapes jsonb) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, pg_temp
AS $$
	INSERT INTO growth_index.known_count (indicator, enterprises)
	SELECT k.code, sum((s ->> 'n')::bigint)
	FROM jsonb_array_elements(shapes) AS s,
		LATERAL (SELECT jsonb_array_elements_text(s -> 'codes') UNION ALL SELECT '') AS k(code)
	GROUP BY k.code HAVING sum((s ->> 'n')::bigint) <> 0
$$;
COMMENT ON FUNCTION growth_index.add_known(jsonb) IS 'Internal: adds [{"codes": [...], "n": enterprises}] to known_count.';
REVOKE ALL ON FUNCTION growth_index.add_known(jsonb) FROM PUBLIC;

CREATE FUNCTION growth_index.count_known() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	shapes jsonb;
BEGIN
	/* most profiles know the same indicators as before, or as others: few shapes are left */
	IF TG_OP = 'INSERT' THEN
		SELECT jsonb_agg(jsonb_build_object('codes', d.codes, 'n', d.n)) INTO shapes
		FROM (SELECT growth_index.codes(c.profile) AS codes, count(*) AS n FROM came AS c GROUP BY 1) AS d;
	ELSIF TG_OP = 'DELETE' THEN
		SELECT jsonb_agg(jsonb_build_object('codes', d.codes, 'n', d.n)) INTO shapes
		FROM (SELECT growth_index.codes(w.profile) AS codes, -count(*) AS n FROM went AS w GROUP BY 1) AS d;
	ELSE
		SELECT jsonb_agg(jsonb_build_object('codes', d.codes, 'n', d.n)) INTO shapes
		FROM (SELECT u.codes, sum(u.n) AS n
			FROM (SELECT growth_index.codes(c.profile) AS codes, 1 AS n FROM came AS c
				UNION ALL SELECT growth_index.codes(w.profile), -1 FROM went AS w) AS u
			GROUP BY u.codes HAVING sum(u.n) <> 0) AS d;
	END IF;
	IF shapes IS NOT NULL THEN
		PERFORM growth_index.add_known(shapes);
	END IF;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION growth_index.count_known() IS 'Trigger of enterprise_profile: adds what changed to known_count.';
CREATE TRIGGER count_inserted AFTER INSERT ON growth_index.enterprise_profile REFERENCING NEW TABLE AS came
	FOR EACH STATEMENT WHEN (NOT growth_index.restoring()) EXECUTE FUNCTION growth_index.count_known();
CREATE TRIGGER count_updated AFTER UPDATE ON growth_index.enterprise_profile REFERENCING OLD TABLE AS went NEW TABLE AS came
	FOR EACH STATEMENT EXECUTE FUNCTION growth_index.count_known();
CREATE TRIGGER count_deleted AFTER DELETE ON growth_index.enterprise_profile REFERENCING OLD TABLE AS went
	FOR EACH STATEMENT EXECUTE FUNCTION growth_index.count_known();
CREATE TRIGGER keep_rows BEFORE TRUNCATE ON growth_index.enterprise_profile
	FOR EACH STATEMENT EXECUTE FUNCTION growth_index.refuse_removal();

CREATE TABLE growth_index.score (
	credit_code	growth_index.credit_code NOT NULL,
	scorecard	text NOT NULL,
	version		integer NOT NULL,
	score		numeric,
	rating		growth_index.rating,
	segment		text,
	coverage	numeric,
	status		text NOT NULL,
	missing		text[],
	as_of		date NOT NULL,
	computed_at	timestamptz NOT NULL,
	industry	text,
	PRIMARY KEY (credit_code, scorecard)
);
CREATE INDEX score_rank ON growth_index.score (scorecard, score DESC NULLS LAST);
COMMENT ON TABLE growth_index.score IS 'What the active scorecards say of each enterprise, as of its last refresh.';
COMMENT ON COLUMN growth_index.score.credit_code IS 'Enterprise.';
COMMENT ON COLUMN growth_index.score.scorecard IS 'Code of the scorecard.';
COMMENT ON COLUMN growth_index.score.version IS 'Version of the scorecard.';
COMMENT ON COLUMN growth_index.score.score IS 'Points, of the scorecard''s total (100 by default); NULL: not scored, see status.';
COMMENT ON COLUMN growth_index.score.rating IS 'Rating; NULL where there is no score.';
COMMENT ON COLUMN growth_index.score.segment IS 'Segment of the scorecard by whose weights it was scored; NULL: it has none.';
COMMENT ON COLUMN growth_index.score.coverage IS 'Share of the weight that is known, 0 to 1.';
COMMENT ON COLUMN growth_index.score.status IS 'scored, low_coverage or undecided.';
COMMENT ON COLUMN growth_index.score.missing IS 'Codes of the indicators that are unknown.';
COMMENT ON COLUMN growth_index.score.as_of IS 'Day for which it was computed.';
COMMENT ON COLUMN growth_index.score.computed_at IS 'When the row was last written.';
COMMENT ON COLUMN growth_index.score.industry IS 'Industry of the enterprise when it was computed; NULL: not known.';
SELECT pg_catalog.pg_extension_config_dump('growth_index.score', '');

CREATE FUNCTION growth_index.forget_enterprises() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	DELETE FROM growth_index.enterprise_profile AS p USING gone
	WHERE p.credit_code OPERATOR(growth_index.=) gone.credit_code;
	DELETE FROM growth_index.score AS s USING gone
	WHERE s.credit_code OPERATOR(growth_index.=) gone.credit_code;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION growth_index.forget_enterprises() IS 'Trigger: takes profile and score of deleted enterprises away. What is append-only stays.';
CREATE TRIGGER forget_enterprises
	AFTER DELETE ON growth_index.enterprise
	REFERENCING OLD TABLE AS gone
	FOR EACH STATEMENT EXECUTE FUNCTION growth_index.forget_enterprises();

/*
 * How many enterprises have each score: what a rank is computed from, for
 * everybody and at once.  It has no key on purpose: a batch adds its differences
 * as rows of their own, waits for nobody, and fold_counts() adds them up.
 */
CREATE TABLE growth_index.score_count (
	scorecard	text NOT NULL,
	score		numeric NOT NULL,
	enterprises	bigint NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
COMMENT ON TABLE growth_index.score_count IS 'How many enterprises have which score, as sums of differences; names nobody. Kept by triggers of score.';
COMMENT ON COLUMN growth_index.score_count.scorecard IS 'Code of the scorecard.';
COMMENT ON COLUMN growth_index.score_count.score IS 'Score.';
COMMENT ON COLUMN growth_index.score_count.enterprises IS 'Enterprises that came to this score, less those that left it; the sum of all rows of a score is how many have it.';
SELECT pg_catalog.pg_extension_config_dump('growth_index.score_count', '');

CREATE FUNCTION growth_index.count_scores() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	/* three statements, since a transition table is there for some events only */
	IF TG_OP = 'INSERT' THEN
		INSERT INTO growth_index.score_count (scorecard, score, enterprises)
		SELECT n.scorecard, n.score, count(*) FROM came AS n WHERE n.score IS NOT NULL GROUP BY n.scorecard, n.score;
	ELSIF TG_OP = 'DELETE' THEN
		INSERT INTO growth_index.score_count (scorecard, score, enterprises)
		SELECT o.scorecard, o.score, -count(*) FROM went AS o WHERE o.score IS NOT NULL GROUP BY o.scorecard, o.score;
	ELSE
		INSERT INTO growth_index.score_count (scorecard, score, enterprises)
		SELECT d.scorecard, d.score, sum(d.enterprises)
		FROM (SELECT n.scorecard, n.score, 1 AS enterprises FROM came AS n
			UNION ALL SELECT o.scorecard, o.score, -1 FROM went AS o) AS d
		WHERE d.score IS NOT NULL
		GROUP BY d.scorecard, d.score HAVING sum(d.enterprises) <> 0;
	END IF;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION growth_index.count_scores() IS 'Trigger of score: adds what changed to score_count.';
CREATE TRIGGER count_inserted AFTER INSERT ON growth_index.score REFERENCING NEW TABLE AS came
	FOR EACH STATEMENT WHEN (NOT growth_index.restoring()) EXECUTE FUNCTION growth_index.count_scores();
CREATE TRIGGER count_updated AFTER UPDATE ON growth_index.score REFERENCING OLD TABLE AS went NEW TABLE AS came
	FOR EACH STATEMENT EXECUTE FUNCTION growth_index.count_scores();
CREATE TRIGGER count_deleted AFTER DELETE ON growth_index.score REFERENCING OLD TABLE AS went
	FOR EACH STATEMENT EXECUTE FUNCTION growth_index.count_scores();
CREATE TRIGGER keep_rows BEFORE TRUNCATE ON growth_index.score
	FOR EACH STATEMENT EXECUTE FUNCTION growth_index.refuse_removal();

CREATE FUNCTION growth_index.rank_of(scorecard text, score numeric, OUT place bigint, OUT enterprises bigint)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT 1 + coalesce(sum(c.enterprises) FILTER (WHERE c.score > rank_of.score), 0), coalesce(sum(c.enterprises), 0)
	FROM growth_index.score_count AS c WHERE c.scorecard = rank_of.scorecard
$$;
COMMENT ON FUNCTION growth_index.rank_of(text, numeric) IS 'The place that a score has under a scorecard, from 1, equal ones sharing the smaller number, and how many enterprises are scored by it.';

CREATE TABLE growth_index.score_history (
	id			bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	credit_code	growth_index.credit_code NOT NULL,
	scorecard	text NOT NULL,
	version		integer NOT NULL,
	score		numeric,
	rating		growth_index.rating,
	segment		text,
	coverage	numeric,
	status		text NOT NULL,
	missing		text[],
	as_of		date NOT NULL,
	computed_at	timestamptz NOT NULL,
	profile		growth_index.profile NOT NULL
);
CREATE INDEX score_history_enterprise ON growth_index.score_history (credit_code, scorecard, computed_at);
COMMENT ON TABLE growth_index.score_history IS 'Scores as they were given (append-only): a row whenever anything of a score changed but its day.';
COMMENT ON COLUMN growth_index.score_history.id IS 'Number in order of writing.';
COMMENT ON COLUMN growth_index.score_history.credit_code IS 'Enterprise.';
COMMENT ON COLUMN growth_index.score_history.scorecard IS 'Code of the scorecard.';
COMMENT ON COLUMN growth_index.score_history.version IS 'Version of the scorecard.';
COMMENT ON COLUMN growth_index.score_history.score IS 'Points, of the scorecard''s total; NULL: not scored.';
COMMENT ON COLUMN growth_index.score_history.rating IS 'Rating; NULL where there is no score.';
COMMENT ON COLUMN growth_index.score_history.segment IS 'Segment of the scorecard.';
COMMENT ON COLUMN growth_index.score_history.coverage IS 'Share of the weight that was known, 0 to 1.';
COMMENT ON COLUMN growth_index.score_history.status IS 'scored, low_coverage or undecided.';
COMMENT ON COLUMN growth_index.score_history.missing IS 'Codes of the indicators that were unknown.';
COMMENT ON COLUMN growth_index.score_history.as_of IS 'Day for which it was computed.';
COMMENT ON COLUMN growth_index.score_history.computed_at IS 'When it was given; score stood from here on.';
COMMENT ON COLUMN growth_index.score_history.profile IS 'What was known when it was given: the scorecard version gives the same score for it as of as_of, whatever is corrected later.';
SELECT pg_catalog.pg_extension_config_dump('growth_index.score_history', '');
SELECT pg_catalog.pg_extension_config_dump('growth_index.score_history_id_seq', '');

CREATE TRIGGER append_only
	BEFORE UPDATE OR DELETE OR TRUNCATE ON growth_index.score_history
	FOR EACH STATEMENT EXECUTE FUNCTION growth_index.refuse_change();

CREATE VIEW growth_index.matching_profiles WITH (security_invoker = true) AS
SELECT p.credit_code,
	CASE WHEN s.credit_code IS NULL THEN p.profile
		ELSE p.profile OPERATOR(growth_index.||)
			growth_index.profile(jsonb_build_object('score', s.score, 'rating', s.rating::text)) END AS profile
FROM growth_index.enterprise_profile AS p
	LEFT JOIN growth_index.score AS s ON s.credit_code OPERATOR(growth_index.=) p.credit_code
		AND s.scorecard = (SELECT growth_index.matching_scorecard());
COMMENT ON VIEW growth_index.matching_profiles IS 'The profile that policies and products see of each enterprise: enterprise_profile with score and rating of the matching scorecard.';
COMMENT ON COLUMN growth_index.matching_profiles.credit_code IS 'Enterprise.';
COMMENT ON COLUMN growth_index.matching_profiles.profile IS 'Its profile, with the indicators score and rating where it has them.';

CREATE FUNCTION growth_index.matching_profile(credit_code growth_index.credit_code) RETURNS growth_index.profile
LANGUAGE plpgsql STABLE STRICT SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	/* planned once a session; a function of SQL is planned at each call */
	RETURN (SELECT m.profile FROM growth_index.matching_profiles AS m
	WHERE m.credit_code OPERATOR(growth_index.=) matching_profile.credit_code);
END
$$;
COMMENT ON FUNCTION growth_index.matching_profile(growth_index.credit_code) IS 'The profile that policies and products see of one enterprise: matching_profiles. NULL where it was never refreshed.';
