/*
 * Packs: a part of the catalogue and the scorecards that go with it, as one
 * JSON document, so that what one zone uses can be installed in another.
 *
 * {"pack", "title_zh", "title_en", "source",
 *  "requires": [packs shipped with the extension, whose indicators it needs],
 *  "departments": [{"code", "name_zh", "name_en"}],
 *  "indicators": [{columns of table indicator}],
 *  "block": {a piece of a scorecard: dimensions and indicators whose weights sum to 100},
 *  "scorecards": [{"code", "card": {a scorecard, or one that is put together of "parts":
 *                  [{"pack": whose block, "points": what its weights sum to}]}}]}
 */
CREATE TABLE growth_index.shipped_pack (
	name		text PRIMARY KEY,
	document	jsonb NOT NULL
);
COMMENT ON TABLE growth_index.shipped_pack IS 'The packs that come with the extension; installed by install_pack(name). No part of a dump: the extension brings them.';
COMMENT ON COLUMN growth_index.shipped_pack.name IS 'Name of the pack.';
COMMENT ON COLUMN growth_index.shipped_pack.document IS 'Its document, as install_pack(jsonb) takes it.';

CREATE FUNCTION growth_index.pack_block(block jsonb, points numeric) RETURNS jsonb
LANGUAGE sql IMMUTABLE STRICT SET search_path = pg_catalog, pg_temp
AS $$
	SELECT jsonb_set(block, '{indicators}', coalesce(jsonb_agg(jsonb_set(i, '{weight}', CASE jsonb_typeof(i -> 'weight')
			WHEN 'object' THEN (SELECT jsonb_object_agg(w.key, w.value::numeric * points / 100) FROM jsonb_each_text(i -> 'weight') AS w)
			ELSE to_jsonb((i ->> 'weight')::numeric * points / 100) END) ORDER BY n), '[]'))
	FROM jsonb_array_elements(block -> 'indicators') WITH ORDINALITY AS e(i, n)
$$;
COMMENT ON FUNCTION growth_index.pack_block(jsonb, numeric) IS 'Internal: the block of a pack with weights that sum to so many points instead of 100.';

CREATE FUNCTION growth_index.pack_card(card jsonb, pack jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE STRICT SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	part		jsonb;
	block		jsonb;
	result		jsonb := '{}';
	dimensions	jsonb := '[]';
	indicators	jsonb := '[]';
BEGIN
	IF NOT card ? 'parts' THEN
		RETURN card;
	END IF;
	FOR part IN SELECT jsonb_array_elements(card -> 'parts') LOOP
		SELECT b.document -> 'block' INTO block
		FROM (SELECT pack AS document, 1 AS choice WHERE pack ->> 'pack' = part ->> 'pack'
			UNION ALL SELECT s.document, 2 FROM growth_index.shipped_pack AS s WHERE s.name = part ->> 'pack') AS b
		ORDER BY b.choice LIMIT 1;
		IF block IS NULL THEN
			RAISE EXCEPTION 'pack "%" has no block for a scorecard', part ->> 'pack'
				USING ERRCODE = 'invalid_parameter_value',
					HINT = 'A part names a pack of table growth_index.shipped_pack, or the pack itself.';
		END IF;
		block := growth_index.pack_block(block, (part ->> 'points')::numeric);
		/* what a block says beside its indicators holds unless the next, or the card, says otherwise */
		result := result || (block - '{dimensions,indicators}'::text[]);
		dimensions := dimensions || (block -> 'dimensions');
		indicators := indicators || (block -> 'indicators');
	END LOOP;
	RETURN result || (card - 'parts') || jsonb_build_object('dimensions', dimensions, 'indicators', indicators);
END
$$;
COMMENT ON FUNCTION growth_index.pack_card(jsonb, jsonb) IS 'Internal: the scorecard of a pack, put together where it consists of parts. Error 22023 where a part has no block.';

CREATE FUNCTION growth_index.check_pack(document jsonb) RETURNS void
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	problem text;
BEGIN
	problem := CASE
		WHEN document IS NULL OR jsonb_typeof(document) <> 'object' THEN 'it is no JSON object'
		WHEN coalesce(jsonb_typeof(document -> 'pack'), '') <> 'string' OR document ->> 'pack' = '' THEN '"pack", its name, is missing'
		ELSE (SELECT format('"%s" is no array', k) FROM unnest('{requires,departments,indicators,scorecards}'::text[]) AS k
			WHERE document ? k AND jsonb_typeof(document -> k) <> 'array' LIMIT 1) END;
	problem := coalesce(problem,
		(SELECT format('it has a member "%s"', k) FROM jsonb_object_keys(document) AS k
			WHERE k <> ALL ('{pack,title_zh,title_en,source,requires,departments,indicators,block,scorecards}') ORDER BY k LIMIT 1),
		(SELECT format('indicator %s has no "code"', n) FROM jsonb_array_elements(document -> 'indicators') WITH ORDINALITY AS e(i, n)
			WHERE coalesce(i ->> 'code', '') = '' ORDER BY n LIMIT 1),
		(SELECT format('indicator "%s" has a member "%s"', i ->> 'code', k)
			FROM jsonb_array_elements(document -> 'indicators') AS i, jsonb_object_keys(i) AS k
			WHERE k <> ALL ('{code,name_zh,name_en,dimension,unit,data_type,direction,period_kind,department,valid_min,valid_max,core,pack,source}') LIMIT 1),
		(SELECT format('scorecard %s has no "code" or no "card"', n) FROM jsonb_array_elements(document -> 'scorecards') WITH ORDINALITY AS e(s, n)
			WHERE coalesce(s ->> 'code', '') = '' OR coalesce(jsonb_typeof(s -> 'card'), '') <> 'object' ORDER BY n LIMIT 1));
	IF problem IS NOT NULL THEN
		RAISE EXCEPTION 'this is no pack: %', problem
			USING ERRCODE = 'invalid_parameter_value', HINT = 'export_pack() shows what a pack looks like.';
	END IF;
END
$$;
COMMENT ON FUNCTION growth_index.check_pack(jsonb) IS 'Internal: error 22023 where a document has not the form of a pack.';

CREATE FUNCTION growth_index.install_catalogue(document jsonb, OUT kind text, OUT code text, OUT outcome text) RETURNS SETOF record
LANGUAGE plpgsql ROWS 40 SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	part	jsonb;
	here	growth_index.indicator;
	wanted	growth_index.indicator;
BEGIN
	kind := 'department';
	FOR part IN SELECT jsonb_array_elements(document -> 'departments') LOOP
		code := part ->> 'code';
		INSERT INTO growth_index.department AS d (code, name_zh, name_en)
		VALUES (part ->> 'code', part ->> 'name_zh', part ->> 'name_en')
		ON CONFLICT ON CONSTRAINT department_pkey DO NOTHING;
		outcome := CASE WHEN FOUND THEN 'added' ELSE 'there' END;
		RETURN NEXT;
	END LOOP;
	kind := 'indicator';
	FOR part IN SELECT jsonb_array_elements(document -> 'indicators') LOOP
		code := part ->> 'code';
		wanted := jsonb_populate_record(NULL::growth_index.indicator, '{"data_type": "number", "period_kind": "year", "core": true}' || part);
		wanted.pack := coalesce(wanted.pack, document ->> 'pack');
		wanted.source := coalesce(wanted.source, document ->> 'source');
		INSERT INTO growth_index.indicator VALUES (wanted.*) ON CONFLICT ON CONSTRAINT indicator_pkey DO NOTHING;
		IF FOUND THEN
			outcome := 'added';
		ELSE
			SELECT i.* INTO here FROM growth_index.indicator AS i WHERE i.code = wanted.code FOR KEY SHARE;
			IF here.data_type <> wanted.data_type THEN
				RAISE EXCEPTION 'indicator "%" is a % here, and a % in pack "%"', wanted.code, here.data_type, wanted.data_type, document ->> 'pack'
					USING ERRCODE = 'datatype_mismatch', HINT = 'Rename one of them: scorecards of the pack would read the wrong values.';
			END IF;
			outcome := CASE WHEN to_jsonb(here) - '{pack,source}'::text[] = to_jsonb(wanted) - '{pack,source}'::text[] THEN 'there' ELSE 'kept' END;
		END IF;
		RETURN NEXT;
	END LOOP;
END
$$;
COMMENT ON FUNCTION growth_index.install_catalogue(jsonb) IS 'Internal: what install_pack() does with departments and indicators. Error 42804 where an indicator is there with another type.';

CREATE FUNCTION growth_index.install_pack(document jsonb, OUT kind text, OUT code text, OUT outcome text) RETURNS SETOF record
LANGUAGE plpgsql ROWS 40 SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	needed	jsonb;
	part	jsonb;
	built	growth_index.scorecard;
BEGIN
	PERFORM growth_index.check_pack(document);
	PERFORM pg_advisory_xact_lock(hashtextextended('growth_index.install_pack', 0));
	FOR part IN SELECT jsonb_array_elements(document -> 'requires') LOOP
		SELECT s.document INTO needed FROM growth_index.shipped_pack AS s WHERE s.name = part #>> '{}';
		IF needed IS NOT NULL THEN
			RETURN QUERY SELECT * FROM growth_index.install_catalogue(needed);
		ELSIF NOT EXISTS (SELECT FROM growth_index.indicator AS i WHERE i.pack = part #>> '{}') THEN
			RAISE EXCEPTION 'pack "%" needs pack "%", which is not installed', document ->> 'pack', part #>> '{}'
				USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Install that one first.';
		END IF;
	END LOOP;
	RETURN QUERY SELECT * FROM growth_index.install_catalogue(document);
	kind := 'scorecard';
	FOR part IN SELECT jsonb_array_elements(document -> 'scorecards') LOOP
		code := part ->> 'code';
		built := growth_index.pack_card(part -> 'card', document)::text::growth_index.scorecard;
		/* what is there in any version was installed before: which of them is in force is the zone's choice */
		IF EXISTS (SELECT FROM growth_index.scorecard_version AS s WHERE s.code = part ->> 'code' AND s.card OPERATOR(growth_index.=) built) THEN
			outcome := 'there';
		ELSE
			outcome := 'version ' || growth_index.add_scorecard(part ->> 'code', built);
		END IF;
		RETURN NEXT;
	END LOOP;
END
$$;
COMMENT ON FUNCTION growth_index.install_pack(jsonb) IS
'Installs a pack from its document: departments and indicators that are missing, and its scorecards, put in force. A row for each: kind (department, indicator, scorecard), code, outcome: added, version n, there (as the pack has it), kept (the zone''s own definition stands). Installed again it changes nothing. Errors: 22023 no pack, 42804 an indicator of another type is there, 55000 a pack that it requires is missing; and those of a scorecard.';

CREATE FUNCTION growth_index.install_pack(name text, OUT kind text, OUT code text, OUT outcome text) RETURNS SETOF record
LANGUAGE plpgsql ROWS 40 SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	found_document jsonb;
BEGIN
	SELECT s.document INTO found_document FROM growth_index.shipped_pack AS s WHERE s.name = install_pack.name;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'there is no pack "%"', name USING ERRCODE = 'undefined_object',
			HINT = format('Packs that come with the extension: %s. Others are installed by their document, as jsonb.',
				(SELECT string_agg(s.name, ', ' ORDER BY s.name) FROM growth_index.shipped_pack AS s));
	END IF;
	RETURN QUERY SELECT * FROM growth_index.install_pack(found_document);
END
$$;
COMMENT ON FUNCTION growth_index.install_pack(text) IS
'Installs a pack that comes with the extension: national_18 (the national core), pilot_20 (20 of the pilot), local_12 (the N = 12 of a zone, with the scorecard 20+N). Their weights and ways of counting are defaults, to be checked against the official text. Rows as install_pack(jsonb). Error 42704 for an unknown name.';

CREATE FUNCTION growth_index.export_pack(name text, packs text[] DEFAULT NULL, scorecards text[] DEFAULT NULL) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	wrong text;
	chosen jsonb;
BEGIN
	IF coalesce(name, '') = '' THEN
		RAISE EXCEPTION 'a pack needs a name' USING ERRCODE = 'invalid_parameter_value';
	END IF;
	wrong := coalesce(
		(SELECT format('no indicator belongs to pack "%s"', p) FROM unnest(packs) AS p
		WHERE NOT EXISTS (SELECT FROM growth_index.indicator AS i WHERE i.pack = p) LIMIT 1),
		(SELECT format('no version of scorecard "%s" is active', c) FROM unnest(scorecards) AS c
		WHERE NOT EXISTS (SELECT FROM growth_index.scorecard_version AS s WHERE s.code = c AND s.active) LIMIT 1));
	IF wrong IS NOT NULL THEN
		RAISE EXCEPTION '%', wrong USING ERRCODE = 'undefined_object';
	END IF;
	SELECT jsonb_agg(jsonb_strip_nulls(to_jsonb(i)) ORDER BY i.code) INTO chosen
	FROM growth_index.indicator AS i
	WHERE packs IS NULL OR i.pack = ANY (packs);
	RETURN jsonb_build_object('pack', name,
		'departments', (SELECT coalesce(jsonb_agg(jsonb_strip_nulls(to_jsonb(d)) ORDER BY d.code), '[]') FROM growth_index.department AS d
			WHERE packs IS NULL OR d.code IN (SELECT i ->> 'department' FROM jsonb_array_elements(chosen) AS i)),
		'indicators', coalesce(chosen, '[]'),
		'scorecards', (SELECT coalesce(jsonb_agg(jsonb_build_object('code', s.code, 'card', s.card::jsonb) ORDER BY s.code), '[]')
			FROM growth_index.scorecard_version AS s
			WHERE s.active AND (scorecards IS NULL OR s.code = ANY (scorecards))));
END
$$;
COMMENT ON FUNCTION growth_index.export_pack(text, text[], text[]) IS
'A document for install_pack(jsonb) in another zone, under a name: the indicators of these packs (NULL: the whole catalogue) with their departments, and these scorecards (NULL: all in force). Error 42704 where a pack or scorecard is not there.';
