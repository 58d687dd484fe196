/*
 * Tallies: what a figure of the whole zone is read from, whatever its size.  As
 * score_count and known_count they are sums of differences without a key: who
 * writes waits for nobody, and fold_counts() adds them up.
 */
CREATE TABLE growth_index.score_tally (
	scorecard	text NOT NULL,
	rating		growth_index.rating,
	industry	text,
	enterprises	bigint NOT NULL,
	points		numeric NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
COMMENT ON TABLE growth_index.score_tally IS 'How many enterprises of each industry have which rating, as sums of differences; names nobody. Kept by triggers of score.';
COMMENT ON COLUMN growth_index.score_tally.scorecard IS 'Code of the scorecard.';
COMMENT ON COLUMN growth_index.score_tally.rating IS 'Rating; NULL: the scorecard has none.';
COMMENT ON COLUMN growth_index.score_tally.industry IS 'Division of GB/T 4754, as C39; NULL: not known.';
COMMENT ON COLUMN growth_index.score_tally.enterprises IS 'Scored enterprises that came here, less those that left; the sum of all rows is how many there are.';
COMMENT ON COLUMN growth_index.score_tally.points IS 'The sum of their scores, likewise.';

CREATE TABLE growth_index.match_tally (
	policy		text NOT NULL,
	version		integer NOT NULL,
	decision	text NOT NULL,
	enterprises	bigint NOT NULL,
	award		numeric NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
COMMENT ON TABLE growth_index.match_tally IS 'How many enterprises each policy reaches, as sums of differences; names nobody. Kept by triggers of policy_match.';
COMMENT ON COLUMN growth_index.match_tally.policy IS 'Policy.';
COMMENT ON COLUMN growth_index.match_tally.version IS 'Version of the policy.';
COMMENT ON COLUMN growth_index.match_tally.decision IS 'eligible or undecided.';
COMMENT ON COLUMN growth_index.match_tally.enterprises IS 'Enterprises that came here, less those that left; the sum of all rows is how many there are.';
COMMENT ON COLUMN growth_index.match_tally.award IS 'The sum of their awards in yuan, likewise.';

SELECT pg_catalog.pg_extension_config_dump('growth_index.score_tally', '');
SELECT pg_catalog.pg_extension_config_dump('growth_index.match_tally', '');

CREATE FUNCTION growth_index.tally_scores() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	/* three statements, since a transition table is there for some events only */
	IF TG_OP = 'INSERT' THEN
		INSERT INTO growth_index.score_tally (scorecard, rating, industry, enterprises, points)
		SELECT n.scorecard, n.rating, left(n.industry, 3), count(*), sum(n.score)
		FROM came AS n WHERE n.score IS NOT NULL GROUP BY 1, 2, 3;
	ELSIF TG_OP = 'DELETE' THEN
		INSERT INTO growth_index.score_tally (scorecard, rating, industry, enterprises, points)
		SELECT o.scorecard, o.rating, left(o.industry, 3), -count(*), -sum(o.score)
		FROM went AS o WHERE o.score IS NOT NULL GROUP BY 1, 2, 3;
	ELSE
		INSERT INTO growth_index.score_tally (scorecard, rating, industry, enterprises, points)
		SELECT d.scorecard, d.rating, left(d.industry, 3), sum(d.sign), sum(d.sign * d.score)
		FROM (SELECT n.scorecard, n.rating, n.industry, n.score, 1 AS sign FROM came AS n
			UNION ALL SELECT o.scorecard, o.rating, o.industry, o.score, -1 FROM went AS o) AS d
		WHERE d.score IS NOT NULL
		GROUP BY 1, 2, 3 HAVING sum(d.sign) <> 0 OR sum(d.sign * d.score) <> 0;
	END IF;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION growth_index.tally_scores() IS 'Trigger of score: adds what changed to score_tally.';
CREATE TRIGGER tally_inserted AFTER INSERT ON growth_index.score REFERENCING NEW TABLE AS came
	FOR EACH STATEMENT WHEN (NOT growth_index.restoring()) EXECUTE FUNCTION growth_index.tally_scores();
CREATE TRIGGER tally_updated AFTER UPDATE ON growth_index.score REFERENCING OLD TABLE AS went NEW TABLE AS came
	FOR EACH STATEMENT EXECUTE FUNCTION growth_index.tally_scores();
CREATE TRIGGER tally_deleted AFTER DELETE ON growth_index.score REFERENCING OLD TABLE AS went
	FOR EACH STATEMENT EXECUTE FUNCTION growth_index.tally_scores();

CREATE FUNCTION growth_index.tally_matches() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF TG_OP = 'INSERT' THEN
		INSERT INTO growth_index.match_tally (policy, version, decision, enterprises, award)
		SELECT n.policy, n.version, n.decision, count(*), coalesce(sum(n.award), 0)
		FROM came AS n WHERE n.until IS NULL GROUP BY 1, 2, 3;
	ELSIF TG_OP = 'DELETE' THEN
		INSERT INTO growth_index.match_tally (policy, version, decision, enterprises, award)
		SELECT o.policy, o.version, o.decision, -count(*), -coalesce(sum(o.award), 0)
		FROM went AS o WHERE o.until IS NULL GROUP BY 1, 2, 3;
	ELSE
		INSERT INTO growth_index.match_tally (policy, version, decision, enterprises, award)
		SELECT d.policy, d.version, d.decision, sum(d.sign), coalesce(sum(d.sign * d.award), 0)
		FROM (SELECT n.policy, n.version, n.decision, n.award, n.until, 1 AS sign FROM came AS n
			UNION ALL SELECT o.policy, o.version, o.decision, o.award, o.until, -1 FROM went AS o) AS d
		WHERE d.until IS NULL
		GROUP BY 1, 2, 3 HAVING sum(d.sign) <> 0 OR coalesce(sum(d.sign * d.award), 0) <> 0;
	END IF;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION growth_index.tally_matches() IS 'Trigger of policy_match: adds what changed to match_tally.';
CREATE TRIGGER tally_inserted AFTER INSERT ON growth_index.policy_match REFERENCING NEW TABLE AS came
	FOR EACH STATEMENT WHEN (NOT growth_index.restoring()) EXECUTE FUNCTION growth_index.tally_matches();
CREATE TRIGGER tally_updated AFTER UPDATE ON growth_index.policy_match REFERENCING OLD TABLE AS went NEW TABLE AS came
	FOR EACH STATEMENT EXECUTE FUNCTION growth_index.tally_matches();
CREATE TRIGGER tally_deleted AFTER DELETE ON growth_index.policy_match REFERENCING OLD TABLE AS went
	FOR EACH STATEMENT EXECUTE FUNCTION growth_index.tally_matches();
CREATE TRIGGER keep_rows BEFORE TRUNCATE ON growth_index.policy_match
	FOR EACH STATEMENT EXECUTE FUNCTION growth_index.refuse_removal();

CREATE FUNCTION growth_index.fold_counts() RETURNS void
LANGUAGE sql SET search_path = pg_catalog, pg_temp
AS $$
	WITH gone AS (
		DELETE FROM growth_index.score_count
		WHERE pg_try_advisory_xact_lock(hashtextextended('growth_index.score_count', 0))
		RETURNING *)
	INSERT INTO growth_index.score_count (scorecard, score, enterprises)
	SELECT g.scorecard, g.score, sum(g.enterprises) FROM gone AS g
	GROUP BY g.scorecard, g.score HAVING sum(g.enterprises) <> 0;
	WITH gone AS (
		DELETE FROM growth_index.known_count
		WHERE pg_try_advisory_xact_lock(hashtextextended('growth_index.known_count', 0))
		RETURNING *)
	INSERT INTO growth_index.known_count (indicator, enterprises)
	SELECT g.indicator, sum(g.enterprises) FROM gone AS g
	GROUP BY g.indicator HAVING sum(g.enterprises) <> 0;
	WITH gone AS (
		DELETE FROM growth_index.score_tally
		WHERE pg_try_advisory_xact_lock(hashtextextended('growth_index.score_tally', 0))
		RETURNING *)
	INSERT INTO growth_index.score_tally (scorecard, rating, industry, enterprises, points)
	SELECT g.scorecard, g.rating, g.industry, sum(g.enterprises), sum(g.points) FROM gone AS g
	GROUP BY g.scorecard, g.rating, g.industry HAVING sum(g.enterprises) <> 0 OR sum(g.points) <> 0;
	WITH gone AS (
		DELETE FROM growth_index.match_tally
		WHERE pg_try_advisory_xact_lock(hashtextextended('growth_index.match_tally', 0))
		RETURNING *)
	INSERT INTO growth_index.match_tally (policy, version, decision, enterprises, award)
	SELECT g.policy, g.version, g.decision, sum(g.enterprises), sum(g.award) FROM gone AS g
	GROUP BY g.policy, g.version, g.decision HAVING sum(g.enterprises) <> 0 OR sum(g.award) <> 0
$$;
COMMENT ON FUNCTION growth_index.fold_counts() IS 'Adds up the rows of score_count, known_count, score_tally and match_tally, one for each of what they count, unless another session is at it. Changes no sum.';
