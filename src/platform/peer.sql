/*
 * Peers: how the enterprises of one stage do in each dimension.  It is the same
 * for all of them, so it is computed for the group, now and then, and kept.
 */
CREATE TABLE growth_index.peer_group (
	scorecard	text NOT NULL,
	version		integer NOT NULL,
	segment		text,
	peers		bigint NOT NULL,
	shares		jsonb NOT NULL,
	as_of		date NOT NULL,
	computed_at	timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
	UNIQUE NULLS NOT DISTINCT (scorecard, segment)
);
COMMENT ON TABLE growth_index.peer_group IS 'How the enterprises of one segment do in each dimension of a scorecard, by at most 1,000 of them; names nobody. Kept by refresh_peers().';
COMMENT ON COLUMN growth_index.peer_group.scorecard IS 'Code of the scorecard.';
COMMENT ON COLUMN growth_index.peer_group.version IS 'Version of the scorecard.';
COMMENT ON COLUMN growth_index.peer_group.segment IS 'Segment; NULL: of a scorecard without segments.';
COMMENT ON COLUMN growth_index.peer_group.peers IS 'How many enterprises it is computed from.';
COMMENT ON COLUMN growth_index.peer_group.shares IS 'Dimension → {"median", "percentiles": [101 values, the least to the greatest]} of points / possible, 0 to 1.';
COMMENT ON COLUMN growth_index.peer_group.as_of IS 'Day for which it was computed.';
COMMENT ON COLUMN growth_index.peer_group.computed_at IS 'When it was computed.';
SELECT pg_catalog.pg_extension_config_dump('growth_index.peer_group', '');

/* at most 1,000 enterprises of the segment, taken by the hash of their code: always the same ones */
CREATE FUNCTION growth_index.peer_shares(scorecard text, version integer, segment text, as_of date, OUT peers bigint, OUT shares jsonb)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp SET jit = off
AS $$
	WITH peer AS MATERIALIZED (
		SELECT p.profile
		FROM (SELECT s.credit_code
			FROM growth_index.score AS s
			WHERE s.scorecard = peer_shares.scorecard AND s.score IS NOT NULL AND s.version = peer_shares.version
				AND s.segment IS NOT DISTINCT FROM peer_shares.segment
			ORDER BY hashtextextended(s.credit_code::text, 0)
			LIMIT 1000) AS s
			JOIN growth_index.enterprise_profile AS p ON p.credit_code OPERATOR(growth_index.=) s.credit_code
	), dimension AS (
		SELECT d.code, round(percentile_cont(0.5) WITHIN GROUP (ORDER BY d.share::double precision)::numeric, 4) AS median,
			percentile_disc((SELECT array_agg(q / 100.0 ORDER BY q) FROM generate_series(0, 100) AS q)) WITHIN GROUP (ORDER BY d.share) AS percentiles
		FROM growth_index.scorecard_version AS c, peer, growth_index.score_dimensions(c.card, peer.profile, peer_shares.as_of) AS d
		WHERE c.code = peer_shares.scorecard AND c.version = peer_shares.version AND d.share IS NOT NULL
		GROUP BY d.code
	)
	SELECT (SELECT count(*) FROM peer),
		coalesce((SELECT jsonb_object_agg(d.code, jsonb_build_object('median', d.median, 'percentiles', d.percentiles)) FROM dimension AS d), '{}')
$$;
COMMENT ON FUNCTION growth_index.peer_shares(text, integer, text, date) IS 'Internal: what stands in peer_group, computed now.';

CREATE FUNCTION growth_index.refresh_peers(older_than interval DEFAULT '0') RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	card	record;
	written	bigint := 0;
	here	bigint;
BEGIN
	FOR card IN
		SELECT c.code, c.version
		FROM growth_index.scorecard_version AS c
		WHERE c.active
			AND NOT EXISTS (SELECT FROM growth_index.peer_group AS g
				WHERE g.scorecard = c.code AND g.version = c.version AND g.computed_at > clock_timestamp() - older_than)
	LOOP
		DELETE FROM growth_index.peer_group AS g WHERE g.scorecard = card.code;
		INSERT INTO growth_index.peer_group AS g (scorecard, version, segment, peers, shares, as_of)
		SELECT card.code, card.version, s.segment, p.peers, p.shares, current_date
		FROM (SELECT DISTINCT o.segment FROM growth_index.score AS o
				WHERE o.scorecard = card.code AND o.version = card.version AND o.score IS NOT NULL) AS s,
			growth_index.peer_shares(card.code, card.version, s.segment, current_date) AS p
		ON CONFLICT DO NOTHING;
		GET DIAGNOSTICS here = ROW_COUNT;
		written := written + here;
	END LOOP;
	RETURN written;
END
$$;
COMMENT ON FUNCTION growth_index.refresh_peers(interval) IS 'Computes peer_group anew for the active scorecards whose last is older than the interval; how many groups were written. The refresh job calls it each hour.';
