/*
 * Portrait: what the platform knows of one enterprise, as JSON and as a
 * picture.  portrait() reads the tables; the picture is drawn from that JSON
 * alone, so whoever may not see the one does not see the other.
 */

/* the card that the enterprise was last scored with, or would be now */
CREATE FUNCTION growth_index.portrait_card(credit_code growth_index.credit_code,
	OUT code text, OUT version integer, OUT card growth_index.scorecard, OUT document jsonb)
LANGUAGE plpgsql STABLE STRICT SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	SELECT c.code, c.version, c.card, c.card::jsonb INTO code, version, card, document
	FROM growth_index.scorecard_version c
		LEFT JOIN growth_index.score s ON s.scorecard = c.code AND s.version = c.version
			AND s.credit_code OPERATOR(growth_index.=) portrait_card.credit_code
	WHERE c.code = growth_index.matching_scorecard() AND (s.version IS NOT NULL OR c.active AND growth_index.is_fitted(c.card))
	ORDER BY s.version IS NOT NULL DESC
	LIMIT 1;
END
$$;

/*
 * What is kept of the peers, or, where nothing is yet, what it would be.  Who
 * sees only some enterprises is not shown a group of a few, which would tell of
 * each, and not what he alone would make.
 */
CREATE FUNCTION growth_index.portrait_peers(scorecard text, version integer, segment text, as_of date,
	OUT peers bigint, OUT shares jsonb)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	some_only boolean := row_security_active('growth_index.score');
BEGIN
	SELECT g.peers, g.shares INTO peers, shares
	FROM growth_index.peer_group AS g
	WHERE g.scorecard = portrait_peers.scorecard AND g.version = portrait_peers.version
		AND g.segment IS NOT DISTINCT FROM portrait_peers.segment;
	IF some_only AND peers IS NULL OR some_only AND peers < 5 THEN
		peers := 0;
		shares := '{}';
	ELSIF peers IS NULL THEN
		SELECT * INTO peers, shares FROM growth_index.peer_shares(scorecard, version, segment, as_of);
	END IF;
END
$$;

/*
 * Where the score comes from: dimensions beside their peers, the indicators
 * that bring most, those with most points to gain, and what is not known.
 */
CREATE FUNCTION growth_index.portrait_breakdown(card growth_index.scorecard, document jsonb, profile growth_index.profile, as_of date, shares jsonb)
RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (WITH english AS (
		SELECT 'dimension' AS level, d->>'code' AS code, d->>'name_en' AS name
		FROM jsonb_array_elements(portrait_breakdown.document->'dimensions') d
		UNION ALL
		SELECT 'indicator', i->>'code', i->>'name_en'
		FROM jsonb_array_elements(portrait_breakdown.document->'indicators') i
	), item AS MATERIALIZED (
		SELECT d.*, row_number() OVER () AS place, d.possible - d.points AS gain,
			jsonb_strip_nulls(jsonb_build_object('code', d.code, 'name', d.name, 'name_en', e.name,
				'dimension', CASE WHEN d.level = 'indicator' THEN d.dimension END, 'raw', d.raw,
				'points', round(d.points, 2), 'possible', round(d.possible, 2), 'share', d.share,
				'peer_median', CASE WHEN d.level = 'dimension' THEN portrait_breakdown.shares #> ARRAY[d.code, 'median'] END,
				'peer_percentile', CASE WHEN d.level = 'dimension' AND d.share IS NOT NULL AND portrait_breakdown.shares ? d.code THEN
					(SELECT coalesce(max(q) - 1, 0) FROM jsonb_array_elements_text(portrait_breakdown.shares #> ARRAY[d.code, 'percentiles'])
						WITH ORDINALITY AS p(least, q) WHERE p.least::numeric <= d.share) END,
				'missing', CASE WHEN d.missing AND d.level = 'indicator' THEN true END,
				'reason', nullif(d.reason, ''))) AS line
		FROM growth_index.score_detail(portrait_breakdown.card, portrait_breakdown.profile, portrait_breakdown.as_of) d
			LEFT JOIN english e ON e.level = d.level AND e.code = d.code
	)
	SELECT jsonb_build_object(
		'dimensions', (SELECT coalesce(jsonb_agg(line ORDER BY place), '[]') FROM item
			WHERE level = 'dimension' AND parent IS NULL AND possible > 0),
		'strengths', (SELECT coalesce(jsonb_agg(line ORDER BY points DESC, place), '[]')
			FROM (SELECT * FROM item WHERE level = 'indicator' AND share >= 0.6 AND NOT missing
				ORDER BY points DESC, place LIMIT 5) AS s),
		'gaps', (SELECT coalesce(jsonb_agg(line ORDER BY gain DESC, place), '[]')
			FROM (SELECT * FROM item WHERE level = 'indicator' AND share < 0.6
				ORDER BY gain DESC, place LIMIT 5) AS g),
		'missing', (SELECT coalesce(jsonb_agg(line - '{raw,points,possible,share}'::text[] ORDER BY place), '[]') FROM item
			WHERE level = 'indicator' AND missing)));
END
$$;

/*
 * Scores of the past: those that were recorded, the last one of each day; and
 * before the first of them those of earlier period ends, computed now from what
 * is known of that time.
 */
CREATE FUNCTION growth_index.portrait_history(credit_code growth_index.credit_code, scorecard text, card growth_index.scorecard)
RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	recorded jsonb;
	first_day date;
	replayed jsonb;
BEGIN
	SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object('date', h.as_of, 'score', h.score, 'rating', h.rating::text)) ORDER BY h.as_of),
			min(h.as_of)
		INTO recorded, first_day
		FROM (SELECT DISTINCT ON (s.as_of) s.as_of, s.score, s.rating
			FROM growth_index.score_history s
			WHERE s.credit_code OPERATOR(growth_index.=) portrait_history.credit_code
				AND s.scorecard = portrait_history.scorecard
			ORDER BY s.as_of, s.id DESC) AS h;
	SELECT jsonb_agg(jsonb_build_object('date', p.period_end, 'score', r.score, 'rating', r.rating::text, 'replayed', true)
				ORDER BY p.period_end)
		INTO replayed
		FROM (SELECT o.period_end
			FROM growth_index.observation o
			WHERE o.credit_code OPERATOR(growth_index.=) portrait_history.credit_code
				AND o.period_end < coalesce(first_day, current_date)
			GROUP BY o.period_end
			/* what stays of an archived year is no profile of it */
			HAVING growth_index.archived_year(o.period_end) IS NULL
			ORDER BY o.period_end DESC
			LIMIT 6) AS p,
			growth_index.score_status(portrait_history.card,
				growth_index.profile_of(portrait_history.credit_code, p.period_end), p.period_end) r
		WHERE r.score IS NOT NULL;
	RETURN coalesce(replayed, '[]') || coalesce(recorded, '[]');
END
$$;

/* indicators by name, for people: [{"code", "name", "name_en", "unit"}] */
CREATE FUNCTION growth_index.portrait_indicators(codes text[])
RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object('code', c.code,
				'unit', i.unit, 'name', coalesce(i.name_zh, CASE c.code WHEN 'score' THEN '积分' WHEN 'rating' THEN '评级' END),
				'name_en', coalesce(i.name_en, CASE WHEN c.code IN ('score', 'rating') THEN c.code END))) ORDER BY c.place)
		FROM unnest(codes) WITH ORDINALITY AS c(code, place) LEFT JOIN growth_index.indicator i ON i.code = c.code);
END
$$;

/* what it may have: policies and products, those that are certain first */
CREATE FUNCTION growth_index.portrait_matches(credit_code growth_index.credit_code)
RETURNS jsonb
LANGUAGE plpgsql STABLE STRICT SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	policies jsonb;
	products jsonb;
BEGIN
	SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object('code', m.policy, 'version', m.version,
				'title', p.title_zh, 'title_en', p.title_en, 'by', d.name_zh, 'by_en', d.name_en,
				'decision', m.decision, 'award', m.award, 'missing', growth_index.portrait_indicators(m.missing), 'since', m.since))
			ORDER BY m.decision = 'eligible' DESC, m.award DESC NULLS LAST, m.policy)
		INTO policies
		FROM growth_index.policy_match m
			JOIN growth_index.policy p ON p.code = m.policy AND p.version = m.version
			LEFT JOIN growth_index.department d ON d.code = p.department
		WHERE m.credit_code OPERATOR(growth_index.=) portrait_matches.credit_code AND m.until IS NULL;
	SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object('code', m.product, 'version', m.version,
				'title', p.title_zh, 'title_en', p.title_en, 'by', i.name_zh, 'by_en', i.name_en,
				'decision', m.decision, 'credit', m.credit, 'missing', growth_index.portrait_indicators(m.missing), 'since', m.since))
			ORDER BY m.decision = 'eligible' DESC, m.credit DESC NULLS LAST, m.product)
		INTO products
		FROM growth_index.product_match m
			JOIN growth_index.product p ON p.code = m.product AND p.version = m.version
			LEFT JOIN growth_index.institution i ON i.code = p.institution
		WHERE m.credit_code OPERATOR(growth_index.=) portrait_matches.credit_code AND m.until IS NULL;
	RETURN jsonb_build_object('policies', coalesce(policies, '[]'), 'products', coalesce(products, '[]'));
END
$$;

/*
 * What it nearly may have: the policies that it misses by one clause, the
 * nearest first, and the least that would have to change.
 */
CREATE FUNCTION growth_index.portrait_near(credit_code growth_index.credit_code, as_of date)
RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (SELECT coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('code', n.policy, 'title', n.title_zh, 'title_en', n.title_en,
				'award', n.award, 'distance', n.distance, 'failing', n.failing))
			|| jsonb_build_object('changes', (SELECT jsonb_agg(
				(growth_index.portrait_indicators(ARRAY[c->>'indicator']) -> 0) || jsonb_build_object('now', c->'now', 'needed', c->'needed', 'required', c->'required') ORDER BY i)
				FROM jsonb_array_elements(n.changes) WITH ORDINALITY AS e(c, i))) ORDER BY n.place), '[]')
		FROM growth_index.near_misses(portrait_near.credit_code, portrait_near.as_of)
			WITH ORDINALITY AS n(policy, title_zh, title_en, failing, missing, changes, distance, award, place)
		WHERE n.place <= 5);
END
$$;

/* who it is, and its marks: the members of all sets that its profile holds */
CREATE FUNCTION growth_index.portrait_identity(credit_code growth_index.credit_code, profile growth_index.profile)
RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	identity jsonb;
BEGIN
	SELECT jsonb_build_object('credit_code', e.credit_code::text, 'name', e.name, 'name_en', e.name_en,
			'industry', e.industry, 'registered_zone', e.registered_zone, 'founded', e.founded,
			'status', e.status, 'certified_on', e.certified_on,
			'tags', (SELECT coalesce(jsonb_agg(tag ORDER BY code, place), '[]')
				FROM jsonb_each(portrait_identity.profile::jsonb) AS v(code, value),
					jsonb_array_elements(CASE jsonb_typeof(value) WHEN 'array' THEN value ELSE '[]' END) WITH ORDINALITY AS t(tag, place)))
		INTO identity
		FROM growth_index.enterprise e
		WHERE e.credit_code OPERATOR(growth_index.=) portrait_identity.credit_code;
	RETURN identity;
END
$$;

CREATE FUNCTION growth_index.portrait(credit_code growth_index.credit_code)
RETURNS jsonb
LANGUAGE plpgsql STABLE STRICT COST 100000 SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	card record;
	known record;
	scored record;
	peer record;
	identity jsonb;
	standing jsonb;
	place bigint;
	of bigint;
BEGIN
	SELECT p.profile, p.as_of, p.computed_at INTO known
		FROM growth_index.enterprise_profile p
		WHERE p.credit_code OPERATOR(growth_index.=) portrait.credit_code;
	identity := growth_index.portrait_identity(credit_code, known.profile);
	IF identity IS NULL THEN
		RETURN NULL;
	END IF;
	SELECT * INTO card FROM growth_index.portrait_card(credit_code);
	SELECT s.* INTO scored
		FROM growth_index.score s
		WHERE s.credit_code OPERATOR(growth_index.=) portrait.credit_code AND s.scorecard = card.code;
	SELECT r.place, r.enterprises INTO place, of FROM growth_index.rank_of(card.code, scored.score) r;
	SELECT * INTO peer
		FROM growth_index.portrait_peers(card.code, card.version, scored.segment, scored.as_of);
	standing := jsonb_build_object(
		'as_of', coalesce(scored.as_of, known.as_of, current_date), 'computed_at', scored.computed_at,
		'scorecard', jsonb_build_object('code', card.code, 'version', card.version,
			'name', card.document->'name', 'name_en', card.document->'name_en',
			'total', coalesce(card.document->'total', '100'), 'source', card.document->'source', 'source_en', card.document->'source_en'),
		'score', scored.score, 'rating', scored.rating::text, 'segment', scored.segment,
		'coverage', scored.coverage, 'status', coalesce(scored.status, 'pending'),
		'rank', CASE WHEN scored.score IS NOT NULL THEN jsonb_build_object('place', place, 'of', of) END,
		'peers', jsonb_build_object('segment', scored.segment, 'count', CASE WHEN scored.score IS NOT NULL THEN peer.peers ELSE 0 END));
	RETURN identity || jsonb_strip_nulls(standing)
		|| coalesce(growth_index.portrait_breakdown(card.card, card.document, known.profile, scored.as_of, peer.shares),
			'{"dimensions": [], "strengths": [], "gaps": [], "missing": []}')
		|| growth_index.portrait_matches(credit_code)
		|| jsonb_build_object('near_misses', growth_index.portrait_near(credit_code, coalesce(known.as_of, current_date)))
		|| jsonb_build_object('history', growth_index.portrait_history(credit_code, card.code, card.card));
END
$$;

CREATE FUNCTION growth_index.portrait_svg(credit_code growth_index.credit_code, lang text DEFAULT 'zh')
RETURNS text
LANGUAGE plpgsql STABLE STRICT COST 100000 SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF lang NOT IN ('zh', 'en') THEN
		RAISE EXCEPTION 'there is no portrait in language "%"', lang
			USING ERRCODE = 'invalid_parameter_value', HINT = 'The languages are zh and en.';
	END IF;
	RETURN growth_index.picture(growth_index.portrait(credit_code), lang);
END
$$;

COMMENT ON FUNCTION growth_index.portrait(growth_index.credit_code) IS
'The portrait (画像) of an enterprise as one JSON object: identity; score, rating, segment, coverage, rank under the matching scorecard, as last refreshed; dimensions with points, possible, share (0..1) and the median share of at most 1,000 peers of the same segment, and the percentile among them (0..100: so many in a hundred have no more); up to five strengths and five gaps; missing indicators; current matches with policies and products (amounts in CNY); near_misses, up to five policies that it fails in one clause, nearest first, with the least changes that would do and the award that would follow; history of scores, those of earlier period ends replayed. NULL for an enterprise that is not there; status "pending" for one that was never refreshed.';
COMMENT ON FUNCTION growth_index.portrait_svg(growth_index.credit_code, text) IS
'The portrait as a self-contained SVG picture, 1080 wide, in Chinese (zh) or English (en; Chinese where there is no English name). NULL for an enterprise that is not there; error 22023 for another language.';
COMMENT ON FUNCTION growth_index.portrait_card(growth_index.credit_code) IS 'Internal: the scorecard that a portrait shows.';
COMMENT ON FUNCTION growth_index.portrait_peers(text, integer, text, date) IS 'Internal: number of peers and their shares of each dimension; none for who sees only some enterprises where they are fewer than five.';
COMMENT ON FUNCTION growth_index.portrait_near(growth_index.credit_code, date) IS 'Internal: near misses of a portrait.';
COMMENT ON FUNCTION growth_index.portrait_breakdown(growth_index.scorecard, jsonb, growth_index.profile, date, jsonb) IS 'Internal: dimensions, strengths, gaps and missing indicators of a portrait.';
COMMENT ON FUNCTION growth_index.portrait_history(growth_index.credit_code, text, growth_index.scorecard) IS 'Internal: scores over time of a portrait.';
COMMENT ON FUNCTION growth_index.portrait_indicators(text[]) IS 'Internal: indicators with their names; NULL for none.';
COMMENT ON FUNCTION growth_index.portrait_matches(growth_index.credit_code) IS 'Internal: policies and products of a portrait.';
COMMENT ON FUNCTION growth_index.portrait_identity(growth_index.credit_code, growth_index.profile) IS 'Internal: who the portrait is of.';
