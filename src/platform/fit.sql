/*
 * Fit: scorecards that compare an enterprise with its peers carry the peers'
 * distribution in them.  It is taken anew at night, as a version of its own, so
 * that a score stays the same all day, and can be given again for ever.
 */
CREATE FUNCTION growth_index.fit_scorecard(scorecard text, as_of date DEFAULT current_date) RETURNS integer
LANGUAGE plpgsql STRICT SET search_path = pg_catalog, pg_temp SET jit = off
AS $$
DECLARE
	here	growth_index.scorecard_version;
	built	growth_index.scorecard;
	given	integer;
BEGIN
	SELECT s.* INTO here FROM growth_index.scorecard_version AS s WHERE s.code = fit_scorecard.scorecard AND s.active;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'no version of scorecard "%" is active', scorecard
			USING ERRCODE = 'undefined_object', HINT = 'add_scorecard() puts a scorecard in force.';
	END IF;
	SELECT growth_index.fit(here.card, p.profile, fit_scorecard.as_of) INTO built FROM growth_index.enterprise_profile AS p;
	/* nobody to compare with, or nothing that has changed */
	IF built IS NULL OR built OPERATOR(growth_index.=) here.card THEN
		RETURN here.version;
	END IF;
	given := growth_index.add_scorecard(scorecard, built);
	PERFORM growth_index.refresh_all(scorecard);
	RETURN given;
END
$$;
COMMENT ON FUNCTION growth_index.fit_scorecard(text, date) IS
'Fits the scorecard in force under a code to the present profiles (enterprise_profile), as of a day: fit() of its card is put in force as a new version, and every enterprise is queued to be scored by it. Returns the version in force: the same one where the card compares with nobody, where the peers are as they were, or where there is no profile yet. Error 42704 where no version is active.';
REVOKE ALL ON FUNCTION growth_index.fit_scorecard(text, date) FROM PUBLIC;

CREATE FUNCTION growth_index.fit_scorecards(unfitted_only boolean DEFAULT false) RETURNS bigint
LANGUAGE plpgsql STRICT SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	here	record;
	fitted	bigint := 0;
BEGIN
	FOR here IN
		SELECT s.code, s.version
		FROM growth_index.scorecard_version AS s
		WHERE s.active AND (NOT growth_index.is_fitted(s.card) OR (NOT unfitted_only AND s.card::jsonb ? 'fitted'))
		ORDER BY s.code
	LOOP
		fitted := fitted + (growth_index.fit_scorecard(here.code) <> here.version)::integer;
	END LOOP;
	RETURN fitted;
END
$$;
COMMENT ON FUNCTION growth_index.fit_scorecards(boolean) IS
'fit_scorecard() for each scorecard in force that compares with peers; unfitted_only: for those alone that no fit was made of yet. How many have a new version. The daily job fits all, the refresh job what is new.';
REVOKE ALL ON FUNCTION growth_index.fit_scorecards(boolean) FROM PUBLIC;
